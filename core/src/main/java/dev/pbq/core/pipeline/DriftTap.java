package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.CrossAccumulator;
import dev.pbq.core.linalg.Drift;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * The statistics of one input in two streams. Each batch of windows goes through the original block
 * with the tap {@link #original}, then through the quantized one with {@link #quantized}. Owns what
 * is not finished.
 */
final class DriftTap implements AutoCloseable {
  /** Sums over some windows. */
  private final class Sums implements AutoCloseable {
    private final HessianAccumulator hessian = new HessianAccumulator(input.features());
    private final CrossAccumulator inputs =
        new CrossAccumulator(input.features(), input.features());
    private CrossAccumulator residual;

    /** Adds whole windows from {@code first} on of a batch. */
    void add(FloatBuffer x, int first, int count, int tokens) {
      hessian.add(part(x, first, count, tokens), count * tokens, count);
      inputs.add(
          part(apart, first, count, tokens), part(x, first, count, tokens), count * tokens, count);
      if (residualApart != null) {
        if (residual == null) {
          residual = new CrossAccumulator(residualWidth, input.features());
        }
        int values = tokens * residualWidth;
        residual.add(
            residualApart.slice(first * values, count * values),
            part(x, first, count, tokens),
            count * tokens,
            count);
      }
    }

    private FloatBuffer part(FloatBuffer x, int first, int count, int tokens) {
      int values = tokens * input.features();
      return x.slice(x.position() + first * values, count * values);
    }

    Drift drift() {
      return new Drift(
          inputs.finish(input.name()),
          Optional.ofNullable(residual).map(r -> r.finish(input.name())));
    }

    @Override
    public void close() {
      hessian.close();
      inputs.close();
      if (residual != null) {
        residual.close();
      }
    }
  }

  private final LinearInput input;
  private final HeldOut heldOut;
  private final Sums all;
  private final Sums judging;

  /** The original's values of a batch, from which the quantized model's are taken. */
  private FloatBuffer apart;

  private FloatBuffer residualApart;
  private int residualWidth;

  DriftTap(LinearInput input, HeldOut heldOut) {
    this.input = input;
    this.heldOut = heldOut;
    this.all = new Sums();
    this.judging = new Sums();
  }

  /** Keeps what the original block shows. */
  LinearInputTap original() {
    return new LinearInputTap() {
      @Override
      public void accept(LinearInput shown, FloatBuffer x, int sequences, int tokens) {
        if (shown.equals(input)) {
          apart = kept(apart, x, sequences * tokens * input.features(), 1);
        }
      }

      @Override
      public boolean wants(LinearInput shown) {
        return shown.equals(input);
      }

      @Override
      public boolean wantsResidual(LinearInput shown) {
        return shown.equals(input);
      }

      @Override
      public void residual(LinearInput shown, FloatBuffer r, float factor, int tokens) {
        residualWidth = input.linears().get(0).rows();
        residualApart = kept(residualApart, r, tokens * residualWidth, 1 / factor);
      }
    };
  }

  /**
   * Adds what the quantized block shows.
   *
   * @param firstWindow of the batch
   */
  LinearInputTap quantized(int firstWindow) {
    return new LinearInputTap() {
      @Override
      public void accept(LinearInput shown, FloatBuffer x, int sequences, int tokens) {
        if (shown.equals(input)) {
          subtract(apart, x, 1);
          add(x, firstWindow, sequences, tokens);
        }
      }

      @Override
      public boolean wants(LinearInput shown) {
        return shown.equals(input);
      }

      @Override
      public boolean wantsResidual(LinearInput shown) {
        return shown.equals(input);
      }

      @Override
      public void residual(LinearInput shown, FloatBuffer r, float factor, int tokens) {
        subtract(residualApart, r, 1 / factor);
      }
    };
  }

  private void add(FloatBuffer x, int firstWindow, int sequences, int tokens) {
    all.add(x, 0, sequences, tokens);
    for (int w = 0; w < sequences; w++) {
      if (heldOut.contains(firstWindow + w)) {
        judging.add(x, w, 1, tokens);
      }
    }
  }

  /** Copies values times a factor into a buffer, a new one where the old is of another size. */
  private static FloatBuffer kept(FloatBuffer old, FloatBuffer values, int count, float factor) {
    FloatBuffer copy =
        old != null && old.capacity() == count
            ? old
            : ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    int from = values.position();
    for (int i = 0; i < count; i++) {
      copy.put(i, factor * values.get(from + i));
    }
    return copy;
  }

  private static void subtract(FloatBuffer from, FloatBuffer values, float factor) {
    int at = values.position();
    for (int i = 0; i < from.capacity(); i++) {
      from.put(i, from.get(i) - factor * values.get(at + i));
    }
  }

  /** The statistics, for the caller to close. */
  InputStatistics finish() {
    return new InputStatistics(
        all.hessian.finish(input.name()),
        Optional.of(
            new DriftStatistics(
                all.drift(), judging.drift(), judging.hessian.finish(input.name()))),
        Optional.empty());
  }

  @Override
  public void close() {
    all.close();
    judging.close();
  }
}
