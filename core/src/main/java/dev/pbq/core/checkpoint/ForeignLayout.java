package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.LinearForm;
import java.util.List;
import java.util.Set;

/**
 * The way in which another program stores quantized linears in a model folder, so that pbq can run
 * and measure what that program made. Announced to {@link java.util.ServiceLoader} in {@code
 * META-INF/services/dev.pbq.core.checkpoint.ForeignLayout}; {@link Checkpoints#open} uses it.
 *
 * <p>Each linear is some tensors {@code <linear>.<part>}; a tensor {@code <linear>.weight} must not
 * stand beside them unless it is a part ({@link #hasWeightPart}), and {@code <linear>.bias} is
 * none. The files are untrusted: whatever is wrong with them ends in a {@link PbqException} of kind
 * BAD_DATA that names the tensor. Implementations have no state and are used by several threads.
 */
public interface ForeignLayout {
  /**
   * The method, as {@code quant_method} in the folder's {@code config.json} names it; a folder of
   * this layout may lack that entry.
   */
  String name();

  /** The name of the method as it is written in a text, for messages. */
  String title();

  /**
   * The linears that are stored in this layout, found by the names of tensors and the
   * configuration; no tensor is read.
   *
   * @return full names as stored, without the part, in natural order; empty if the folder is not in
   *     this layout
   */
  Set<String> linears(ModelFolder folder, Checkpoint stored);

  /**
   * Reads a linear.
   *
   * @param linear one of {@link #linears}
   * @throws PbqException BAD_DATA naming the tensor that is missing or wrong
   */
  QuantizedLinear read(ModelFolder folder, Checkpoint stored, String linear);

  /** What every linear of this layout computes from its weight. */
  default LinearForm form() {
    return LinearForm.PLAIN;
  }

  /**
   * What the folder's program does to the model beyond its weights, such as rounding activations,
   * that a model read from the weights alone does not do: sentences for people.
   */
  default List<String> notes(ModelFolder folder) {
    return List.of();
  }

  /** Whether the tensor {@code <linear>.weight} is one of the parts in a folder. */
  default boolean hasWeightPart(ModelFolder folder) {
    return false;
  }
}
