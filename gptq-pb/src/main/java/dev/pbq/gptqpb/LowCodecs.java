package dev.pbq.gptqpb;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Optional;

/**
 * PB-LLM's six representations of low weights: the table "Low values" in {@code
 * docs/methods/pb-llm.md#what-is-computed}.
 */
final class LowCodecs {
  private LowCodecs() {}

  static LowCodec create(
      LowMethod method, PbLlmSettings settings, String layer, int rows, int groups) {
    ScaleDtype dtype = settings.scaleDtype();
    int count = Math.multiplyExact(rows, groups);
    return switch (method) {
      case XNOR -> new Xnor(layer, dtype, settings.maskedStatistics(), count);
      case SIGN -> new Sign(layer, dtype, new float[count]);
      case NO -> new Verbatim(layer, dtype);
      case TWO_BIT, FOUR_BIT ->
          new Uniform(new MinMaxGrids(layer, method.codeBits(), dtype, count), rows, groups);
      case PRUNE -> new Zero();
    };
  }

  /**
   * mean + scale * sign(w - mean), with sign(0) = +1. Salient places count as zeros in both
   * statistics, as in the reference, unless {@code masked}.
   */
  private static final class Xnor implements LowCodec {
    private final String layer;
    private final ScaleDtype dtype;
    private final boolean masked;
    private final float[] mean;
    private final float[] scale;

    Xnor(String layer, ScaleDtype dtype, boolean masked, int count) {
      this.layer = layer;
      this.dtype = dtype;
      this.masked = masked;
      this.mean = new float[count];
      this.scale = new float[count];
    }

    @Override
    public void fit(int p, float[] m, int count, int lowCount) {
      int n = masked ? lowCount : count;
      if (n == 0) {
        return;
      }
      double sum = 0;
      for (int k = 0; k < count; k++) {
        sum += m[k];
      }
      float mu = dtype.store((float) (sum / n), layer, "value");
      double deviation = 0;
      for (int k = 0; k < count; k++) {
        deviation += Math.abs(m[k] - mu);
      }
      if (masked) {
        deviation -= (double) (count - lowCount) * Math.abs(mu);
      }
      mean[p] = mu;
      scale[p] = dtype.store((float) Math.max(0, deviation / n), layer, "value");
    }

    @Override
    public void quantize(int p0, int count, float[] w, float[] q, byte[] codes) {
      for (int r = 0; r < count; r++) {
        float mu = mean[p0 + r];
        float alpha = scale[p0 + r];
        boolean up = w[r] >= mu;
        codes[r] = (byte) (up ? 1 : 0);
        q[r] = up ? mu + alpha : mu - alpha;
      }
    }

    @Override
    public LowPart toPart(SalientSelection selection, Optional<FloatMatrix> values) {
      return new LowPart.Binary(mean, scale);
    }
  }

  /** One level for positive weights, zero for the others. */
  private record Sign(String layer, ScaleDtype dtype, float[] level) implements LowCodec {
    @Override
    public void fit(int p, float[] m, int count, int lowCount) {
      double sum = 0;
      for (int k = 0; k < count; k++) {
        sum += Math.max(m[k], 0f);
      }
      level[p] = dtype.store((float) (sum / count), layer, "value");
    }

    @Override
    public void quantize(int p0, int count, float[] w, float[] q, byte[] codes) {
      for (int r = 0; r < count; r++) {
        boolean up = w[r] > 0;
        codes[r] = (byte) (up ? 1 : 0);
        q[r] = up ? level[p0 + r] : 0f;
      }
    }

    @Override
    public LowPart toPart(SalientSelection selection, Optional<FloatMatrix> values) {
      return new LowPart.OneSided(level);
    }
  }

  /**
   * A uniform grid whose zero point is computed with the scale of the row that has the group's
   * number, as the reference does; where there is no such row, with its own.
   */
  private record Uniform(MinMaxGrids grids, int rows, int groups) implements LowCodec {
    @Override
    public void fit(int p, float[] m, int count, int lowCount) {
      float min = 0f;
      float max = 0f;
      for (int k = 0; k < count; k++) {
        min = Math.min(min, m[k]);
        max = Math.max(max, m[k]);
      }
      grids.fit(p, min, max);
    }

    @Override
    public void finish() {
      for (int g = 0; g < Math.min(groups, rows); g++) {
        for (int r = 0; r < rows; r++) {
          grids.takeZeroWithScaleOf(g * rows + r, g * rows + g);
        }
      }
    }

    @Override
    public void quantize(int p0, int count, float[] w, float[] q, byte[] codes) {
      for (int r = 0; r < count; r++) {
        int code = grids.code(p0 + r, w[r]);
        codes[r] = (byte) code;
        q[r] = grids.value(p0 + r, code);
      }
    }

    @Override
    public LowPart toPart(SalientSelection selection, Optional<FloatMatrix> values) {
      AffineGrid grid = grids.toGrid();
      return new LowPart.Uniform(grid);
    }
  }

  /** Zero. */
  private record Zero() implements LowCodec {
    @Override
    public void fit(int p, float[] m, int count, int lowCount) {}

    @Override
    public void quantize(int p0, int count, float[] w, float[] q, byte[] codes) {
      Arrays.fill(q, 0, count, 0f);
    }

    @Override
    public LowPart toPart(SalientSelection selection, Optional<FloatMatrix> values) {
      return new LowPart.Zero();
    }
  }

  /** The weight itself, rounded to its stored type. */
  private record Verbatim(String layer, ScaleDtype dtype) implements LowCodec {
    @Override
    public void fit(int p, float[] m, int count, int lowCount) {}

    @Override
    public void quantize(int p0, int count, float[] w, float[] q, byte[] codes) {
      for (int r = 0; r < count; r++) {
        q[r] = dtype.round(w[r]);
      }
    }

    @Override
    public boolean needsValues() {
      return true;
    }

    @Override
    public LowPart toPart(SalientSelection selection, Optional<FloatMatrix> values) {
      FloatMatrix all = values.orElseThrow();
      float[] low = new float[Math.toIntExact(selection.lowCount())];
      int next = 0;
      for (int r = 0; r < all.rows(); r++) {
        for (int c = 0; c < all.cols(); c++) {
          if (!selection.isSalient(r, c)) {
            float value = all.get(r, c);
            low[next++] = dtype.requireStored(value, value, layer, "value");
          }
        }
      }
      return new LowPart.Verbatim(low);
    }
  }
}
