package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everything after the last block: final norm, projection where there is one, and the vocabulary.
 */
public interface LanguageHead extends AutoCloseable {
  /**
   * Negative log-likelihood, in nats, of each next token.
   *
   * @param hidden float32 [sequences, tokens, hidden], output of the last block; only read
   * @param ids the same sequences' token ids
   * @return [sequences][tokens - 1]: entry t is -log p(ids[t + 1] | ids[0..t])
   */
  float[][] nextTokenNll(NDArray hidden, int[][] ids);

  /**
   * As {@link #nextTokenNll}, of chosen positions alone. What is held at once is bounded, however
   * many rows there are.
   *
   * @param rows float32 [rows, hidden], outputs of the last block at these positions; only read
   * @param next the token whose likelihood is asked for at each
   */
  TokenScores score(NDArray rows, int[] next);

  /**
   * Logits [sequences, tokens, vocabulary], float32, attached to hidden's manager; the caller owns
   * them.
   */
  NDArray logits(NDArray hidden);

  /**
   * As {@link #logits}, but recorded by the engine if the calling thread records, so that gradients
   * can be computed.
   */
  NDArray recordLogits(NDArray hidden);

  /**
   * Shows what the vocabulary's weight is multiplied with: outputs of the final norm, and of the
   * projection where there is one.
   *
   * @param hidden as {@link #nextTokenNll} takes it
   * @param use gets [sequences * tokens, features], direct and in native byte order; valid during
   *     the call only
   */
  void inputs(NDArray hidden, Consumer<FloatBuffer> use);

  /** The weights that were read, lent, as {@link DecoderBlock#weights()} gives them. */
  List<NDArray> weights();

  /** Those of them that hold the vocabulary's weight, in the order of its rows. */
  List<LoadedRows> vocabulary();

  @Override
  void close();
}
