package dev.pbq.kernels.decoder;

import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.generate.TokenDecoder;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderOutline;
import dev.pbq.core.parallel.Crew;
import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;
import java.util.List;

/**
 * A decoder over flat float32 arrays whose linears are computed from the weights as they are
 * stored. Memory: the stored bytes of the weights, keys and values of the tokens so far, and the
 * activations of some tokens of one block. Its threads, as many as the one that opens it may use,
 * are its own until it is closed. Results do not depend on their number.
 */
public final class FlatDecoder implements TokenDecoder {
  /** Tokens of a prompt that go through a block together. */
  private static final int TOGETHER = 64;

  private final CausalModel model;
  private final DecoderOutline outline;
  private final PartMaker parts;
  private final Ends ends;
  private final List<Memory> memories;
  private final BlockStep[] blocks;
  private final int capacity;
  private final Crew crew;
  private int length;

  private FlatDecoder(CausalModel model, ModelWeights weights, boolean resident, int capacity) {
    StepWeights steps = new StepWeights(model.layout(), weights);
    this.model = model;
    this.outline = model.outline();
    this.parts = new PartMaker(steps);
    this.ends = Ends.of(outline, steps);
    this.memories =
        outline.blocks().stream().map(b -> Memory.of(b.attention().sublayer())).toList();
    this.blocks = new BlockStep[resident ? outline.blocks().size() : 0];
    this.capacity = capacity;
    this.crew = Crew.of(Parallel.threads());
    Parallel.forEach(blocks.length, b -> blocks[b] = load(b));
  }

  /**
   * Loads a model.
   *
   * @param weights not owned; must stay open as long as the decoder is used, unless it is resident
   * @param resident whether all blocks are held in memory, or each is read again for every step
   * @param capacity tokens that sequences may have; no more than the model has positions
   * @throws dev.pbq.core.PbqException NOT_FOUND or BAD_DATA naming a tensor that is missing or of
   *     the wrong shape; NUMERICAL if one is not finite
   */
  public static FlatDecoder open(
      CausalModel model, ModelWeights weights, boolean resident, int capacity) {
    return new FlatDecoder(model, weights, resident, capacity);
  }

  private BlockStep load(int block) {
    return parts.block(model.blockPrefix(block), outline.blocks().get(block), memories.get(block));
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int length() {
    return length;
  }

  /** Bytes that keys, values and states take now. */
  public long cacheBytes() {
    return memories.stream().mapToLong(Memory::bytes).sum();
  }

  @Override
  public void truncate(int shorter) {
    if (shorter < 0 || shorter > length) {
      throw new IllegalArgumentException("cannot cut " + length + " tokens to " + shorter);
    }
    // A state cannot be taken back.
    boolean cuttable = memories.stream().allMatch(m -> m instanceof KeyValues);
    length = cuttable || shorter == length ? shorter : 0;
  }

  @Override
  public float[] logits(int[] added) {
    return crew.run(
        () -> {
          float[] hidden = states(added);
          int from = hidden.length - outline.hidden();
          return ends.head().apply(Arrays.copyOfRange(hidden, from, hidden.length), 1);
        });
  }

  /**
   * As {@link #logits}, after each of the added tokens.
   *
   * @return [tokens, vocabulary]
   */
  public float[] everyLogits(int[] added) {
    return crew.run(() -> ends.head().apply(states(added), added.length));
  }

  /** Outputs [tokens, hidden] of the last block. */
  private float[] states(int[] added) {
    int position = length;
    int end = position + added.length;
    if (end > capacity) {
      throw new IllegalArgumentException(end + " tokens in a cache of " + capacity);
    }
    // What fails below leaves states of different lengths: nothing is remembered then.
    length = 0;
    float[] hidden = ends.embedding().apply(added, position);
    for (int b = 0; b < outline.blocks().size(); b++) {
      BlockStep block = blocks.length > 0 ? blocks[b] : load(b);
      hidden = through(block, hidden, position, end);
    }
    length = end;
    return hidden;
  }

  private float[] through(BlockStep block, float[] hidden, int position, int end) {
    int width = outline.hidden();
    float[] given = hidden.length == width ? hidden : new float[hidden.length];
    for (int from = position; from < end; from += TOGETHER) {
      int count = Math.min(TOGETHER, end - from);
      int at = (from - position) * width;
      float[] some =
          count * width == hidden.length
              ? hidden
              : Arrays.copyOfRange(hidden, at, at + count * width);
      float[] y = block.apply(some, new Span(from, count, end));
      if (y.length == hidden.length) {
        return y;
      }
      System.arraycopy(y, 0, given, at, y.length);
    }
    return given;
  }

  @Override
  public void close() {
    crew.close();
  }
}
