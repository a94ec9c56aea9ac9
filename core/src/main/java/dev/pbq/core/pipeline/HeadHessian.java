package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.VocabularyTable;

/**
 * The Hessian of a head's inputs, the outputs of the final norm, summed over hidden states that
 * leave the last block. Owns what is not finished.
 */
public final class HeadHessian implements AutoCloseable {
  private final VocabularyTable table;
  private final LanguageHead head;
  private final HessianAccumulator sum;

  /**
   * Starts at zero.
   *
   * @param table the head's weight
   * @param head lent
   */
  public HeadHessian(VocabularyTable table, LanguageHead head) {
    this.table = table;
    this.head = head;
    this.sum = new HessianAccumulator(table.cols());
  }

  /**
   * Adds sequences.
   *
   * @param hidden float32 [sequences, tokens, hidden]; only read
   */
  public void add(NDArray hidden) {
    int sequences = Math.toIntExact(hidden.getShape().get(0));
    int tokens = Math.toIntExact(hidden.getShape().get(1));
    head.inputs(hidden, x -> sum.add(x, sequences * tokens, sequences));
  }

  /**
   * The Hessian, for the caller to close.
   *
   * @throws PbqException NUMERICAL naming the table if the inputs are not finite
   */
  public Hessian finish() {
    return sum.finish("the inputs of " + table.name());
  }

  @Override
  public void close() {
    sum.close();
  }
}
