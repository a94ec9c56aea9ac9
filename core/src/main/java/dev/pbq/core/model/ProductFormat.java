package dev.pbq.core.model;

import dev.pbq.core.PbqException;

/**
 * Number formats in which the products of any model can be computed, with a name for results. The
 * formats themselves are not known here: they reach a model as {@link ProductOperands}.
 */
public interface ProductFormat {
  /** What results call the formats. */
  String label();

  /**
   * The formats fitted to one model.
   *
   * @throws PbqException USAGE if there are none for the model's architecture, or they do not fit
   *     the model
   */
  ProductOperands operands(TransformerModel model);
}
