package dev.pbq.spark;

import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.linalg.HessianRows;
import dev.pbq.core.pipeline.BlockPieces;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Sums up one band of a Hessian. Owns native memory. */
final class BandAdder implements AutoCloseable {
  private final SliceKey key;
  private final PassPlan.Input input;
  private final int windows;
  private final int width;
  private final HessianAccumulator all;
  private final HessianAccumulator heldOut;
  private long tokens;
  private ByteBuffer direct = ByteBuffer.allocateDirect(0);

  /**
   * @param key of any slice of the band
   * @param windows all of the run
   */
  BandAdder(SliceKey key, PassPlan.Input input, int windows) {
    this.key = key;
    this.input = input;
    this.windows = windows;
    int from = input.starts().get(key.band());
    int to = input.starts().get(key.band() + 1);
    this.width = input.features() - from;
    this.all = HessianAccumulator.ofRows(input.features(), from, to);
    this.heldOut = input.judged() ? HessianAccumulator.ofRows(input.features(), from, to) : null;
  }

  boolean takes(SliceKey other) {
    return other.input() == key.input() && other.band() == key.band();
  }

  /**
   * Adds the next batch.
   *
   * @param first its first window
   */
  void add(int first, Slice slice) {
    int rows = slice.sequences() * slice.tokens();
    FloatBuffer x = inNativeMemory(slice.values());
    all.add(x, rows, slice.sequences());
    tokens += rows;
    for (int w = 0; heldOut != null && w < slice.sequences(); w++) {
      if (BlockPieces.isHeldOut(first + w, windows)) {
        int values = slice.tokens() * width;
        heldOut.add(x.slice(w * values, values), slice.tokens(), 1);
      }
    }
  }

  private FloatBuffer inNativeMemory(byte[] values) {
    if (direct.capacity() < values.length) {
      direct = ByteBuffer.allocateDirect(values.length).order(ByteOrder.nativeOrder());
    }
    direct.clear().put(values).flip();
    return direct.asFloatBuffer();
  }

  /** The sums; nothing can be added any more. */
  BandSum finish() {
    HessianRows rows = all.finishRows(input.name());
    HessianRows judging = heldOut == null ? null : heldOut.finishRows(input.name());
    return new BandSum(key.input(), key.band(), tokens, rows, judging);
  }

  @Override
  public void close() {
    all.close();
    if (heldOut != null) {
      heldOut.close();
    }
  }
}
