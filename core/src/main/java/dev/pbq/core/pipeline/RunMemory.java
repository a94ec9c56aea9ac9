package dev.pbq.core.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How much of a run is in memory at once. Less of it takes more time; the result has the same
 * bytes, whatever is chosen.
 *
 * @param hessianBytes of the Hessians of one pass of the calibration windows; a single input may
 *     take more
 * @param everyInput whether any input may begin another pass; otherwise only those of a mixture's
 *     experts do
 * @param lanes pieces of windows that run side by side at most
 * @param inputs of a block that are quantized side by side at most
 * @param overlaps whether a block is packed and written while the next one is computed
 * @param streamBytes of the tensors that are in flight at once without calibration; a single one
 *     may take more
 */
public record RunMemory(
    long hessianBytes,
    boolean everyInput,
    int lanes,
    int inputs,
    boolean overlaps,
    long streamBytes) {
  /** Two experts of Mixtral 8x7B at a time, all of most mixtures of narrow experts. */
  private static final long USUAL_HESSIANS = 2L << 30;

  /** Inputs at a time: each more needs the memory of a factor and of a linear's working arrays. */
  private static final int USUAL_INPUTS = 2;

  /** What runs do that nobody limits. */
  public static final RunMemory USUAL =
      new RunMemory(
          USUAL_HESSIANS, false, Integer.MAX_VALUE, USUAL_INPUTS, true, TensorStream.MOST_BYTES);

  public RunMemory {
    if (lanes < 1 || inputs < 1) {
      throw new IllegalArgumentException(lanes + " lanes, " + inputs + " inputs");
    }
  }

  /**
   * What there is to choose from, {@link #USUAL} first.
   *
   * @param threads of the run
   */
  public static List<RunMemory> choices(int threads) {
    List<RunMemory> all = new ArrayList<>(List.of(USUAL));
    for (int lanes = threads; lanes > 0; lanes /= 2) {
      for (int inputs = USUAL_INPUTS; inputs > 0; inputs--) {
        for (boolean overlaps : List.of(true, false)) {
          for (long hessians : passBytes()) {
            long stream = overlaps ? TensorStream.MOST_BYTES / 2 : 0;
            all.add(new RunMemory(hessians, true, lanes, inputs, overlaps, stream));
          }
        }
      }
    }
    return all;
  }

  /** From all that is usual to one input in each pass. */
  private static List<Long> passBytes() {
    return LongStream.of(USUAL_HESSIANS, USUAL_HESSIANS / 2, USUAL_HESSIANS / 4, 0)
        .boxed()
        .toList();
  }

  /** The passes that a round's calibration takes. */
  HessianPasses passes() {
    return new HessianPasses(hessianBytes, everyInput);
  }

  /** The pieces of windows that run side by side with so many threads. */
  public int lanes(int threads) {
    return Math.min(lanes, threads);
  }
}
