package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.Half;

/** The definition of what a stored layer stands for, one weight after the other. */
final class NaiveDequantizer {
  private NaiveDequantizer() {}

  static FloatMatrix dequantize(QuantizedLinear linear) {
    if (linear instanceof SalientSplitLinear s) {
      return salientSplit(s);
    }
    if (linear instanceof BinaryGroupsLinear b) {
      return binaryGroups(b);
    }
    if (linear instanceof BlockFormatLinear f) {
      return BlockFormatLayers.dequantize(f);
    }
    if (linear instanceof HqqLinear h) {
      return hqq(h);
    }
    if (linear instanceof OneBitLinear o) {
      return oneBit(o);
    }
    if (linear instanceof BiRealLinear b) {
      return biReal(b);
    }
    if (linear instanceof LowRankLinear l) {
      return lowRank(l);
    }
    if (linear instanceof EntropyCodedLinear e) {
      return entropyCoded(e);
    }
    return uniform((UniformLinear) linear);
  }

  private static FloatMatrix lowRank(LowRankLinear l) {
    float[] w = hqq(l.base()).data().clone();
    for (int r = 0, i = 0; r < l.rows(); r++) {
      for (int c = 0; c < l.cols(); c++, i++) {
        double sum = 0;
        for (int k = 0; k < l.rank(); k++) {
          sum += (double) l.a()[c * l.rank() + k] * l.b()[k * l.rows() + r];
        }
        w[i] += (float) sum;
      }
    }
    return new FloatMatrix(l.rows(), l.cols(), w);
  }

  private static FloatMatrix entropyCoded(EntropyCodedLinear e) {
    float[] w = new float[e.rows() * e.cols()];
    for (int c = 0; c < e.cols(); c++) {
      int state = 0;
      for (int r = 0; r < e.rows(); r++) {
        state = r % e.segmentRows() == 0 ? 0 : state;
        long k = e.codes().get(r, c);
        int q = e.trellis().quantizer(state);
        long value = e.trellis().states() == 1 ? k : 2 * k - (long) q * Long.signum(k);
        float weight = e.steps().value(c) * (float) value;
        if (e.rowScales().isPresent()) {
          weight = e.rowScales().get()[r] * weight;
        }
        w[r * e.cols() + c] = weight;
        state = e.trellis().next(state, (int) k);
      }
    }
    return new FloatMatrix(e.rows(), e.cols(), w);
  }

  private static FloatMatrix oneBit(OneBitLinear o) {
    float[] w = new float[o.rows() * o.cols()];
    for (int r = 0, i = 0; r < o.rows(); r++) {
      for (int c = 0; c < o.cols(); c++, i++) {
        w[i] = (1 - 2 * o.negative()[i]) * (o.output()[r] * o.input()[c]);
      }
    }
    return new FloatMatrix(o.rows(), o.cols(), w);
  }

  private static FloatMatrix biReal(BiRealLinear b) {
    float[] w = new float[b.rows() * b.cols()];
    for (int i = 0; i < w.length; i++) {
      w[i] = (1 - 2 * b.negative()[i]) * b.scale()[i / b.cols()];
    }
    return new FloatMatrix(b.rows(), b.cols(), w);
  }

  private static FloatMatrix salientSplit(SalientSplitLinear s) {
    int rows = s.rows();
    int cols = s.cols();
    float[] w = new float[rows * cols];
    int verbatim = 0;
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++, i++) {
        int code = s.codes()[i] & 0xff;
        if (s.isSalient(r, c)) {
          w[i] = s.high().scale()[r] * (code - s.high().zero()[r]);
          continue;
        }
        int p = c / s.groupSize() * rows + r;
        if (s.low() instanceof LowPart.Binary b) {
          w[i] = code != 0 ? b.mean()[p] + b.scale()[p] : b.mean()[p] - b.scale()[p];
        } else if (s.low() instanceof LowPart.OneSided o) {
          w[i] = code != 0 ? o.level()[p] : 0f;
        } else if (s.low() instanceof LowPart.Uniform u) {
          w[i] = u.grid().scale()[p] * (code - u.grid().zero()[p]);
        } else if (s.low() instanceof LowPart.Verbatim v) {
          w[i] = v.values()[verbatim++];
        }
      }
    }
    return new FloatMatrix(rows, cols, w);
  }

  private static FloatMatrix uniform(UniformLinear u) {
    float[] w = new float[u.rows() * u.cols()];
    for (int r = 0, i = 0; r < u.rows(); r++) {
      for (int c = 0; c < u.cols(); c++, i++) {
        int group = u.columnGroup().isPresent() ? u.columnGroup().get()[c] : c / u.groupSize();
        int p = group * u.rows() + r;
        w[i] = u.grid().scale()[p] * ((u.codes()[i] & 0xff) - u.grid().zero()[p]);
      }
    }
    return new FloatMatrix(u.rows(), u.cols(), w);
  }

  private static FloatMatrix binaryGroups(BinaryGroupsLinear l) {
    float[] w = new float[l.rows() * l.cols()];
    int[] indexOfSide = new int[l.cols()];
    for (int c = 0; c < l.cols(); c++) {
      for (int before = c / l.blockSize() * l.blockSize(); before < c; before++) {
        indexOfSide[c] += l.isSalient(before) == l.isSalient(c) ? 1 : 0;
      }
    }
    for (int r = 0, i = 0; r < l.rows(); r++) {
      for (int c = 0; c < l.cols(); c++, i++) {
        int code = l.codes()[i];
        int group = (l.isSalient(c) ? 0 : l.layout().salientClasses()) + code / 4;
        int b1 = code % 2 == 1 ? 1 : -1;
        int b2 = code / 2 % 2 == 1 ? 1 : -1;
        GroupScales scales = l.scales().get(c / l.blockSize()).groups().get(group);
        double v;
        double c2 = 0;
        if (scales instanceof RowScales s) {
          double mu = s.mean().isPresent() ? s.mean().get().get(r) : 0;
          v = mu + b1 * (double) s.first().get(r);
          if (l.isSalient(c)) {
            c2 = b2 * (double) s.second().orElseThrow().get(r);
          }
        } else {
          RowColumnScales s = (RowColumnScales) scales;
          int column = l.layout().sharedColumns() ? c % l.blockSize() : indexOfSide[c];
          v = b1 * ((double) s.rowFirst().get(r) * s.colFirst().get(column));
          if (l.isSalient(c)) {
            double r2 = s.rowSecond().orElseThrow().get(r);
            c2 = b2 * (r2 * s.colSecond().orElseThrow().get(indexOfSide[c]));
          }
        }
        w[i] = (float) (l.isSalient(c) ? v + c2 : v);
      }
    }
    return new FloatMatrix(l.rows(), l.cols(), w);
  }

  private static FloatMatrix hqq(HqqLinear h) {
    int n = h.rows() * h.cols();
    float[] w = new float[n];
    int size = h.groups().size();
    for (int i = 0; i < n; i++) {
      int group = h.groups().axis() == 1 ? i / size : i % (n / size);
      float zero = parameter(h.zero(), group, h.compute());
      float scale = parameter(h.scale(), group, h.compute());
      w[i] = value(h.codes()[i] & 0xff, zero, scale, h.compute());
    }
    return new FloatMatrix(h.rows(), h.cols(), w);
  }

  private static float parameter(HqqParameters of, int group, ComputeDtype compute) {
    if (of instanceof HqqParameters.Coded c) {
      int g = group % (c.codes().length / c.groupSize());
      return value(c.codes()[group] & 0xff, c.zero()[g], c.scale()[g], compute);
    }
    return of instanceof HqqParameters.Plain p ? p.values()[group] : 0;
  }

  private static float value(int code, float zero, float scale, ComputeDtype compute) {
    return rounded(rounded(code - zero, compute) * scale, compute);
  }

  private static float rounded(float value, ComputeDtype compute) {
    return switch (compute) {
      case F32 -> value;
      case F16 -> Half.toFloat(Half.fromFloat(value));
      case BF16 -> Half.bfloatToFloat(Half.bfloatFromFloat(value));
    };
  }
}
