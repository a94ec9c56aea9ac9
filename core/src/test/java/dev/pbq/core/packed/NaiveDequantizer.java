package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;

/** The definition of what a stored layer stands for, one weight after the other. */
final class NaiveDequantizer {
  private NaiveDequantizer() {}

  static FloatMatrix dequantize(QuantizedLinear linear) {
    if (linear instanceof SalientSplitLinear s) {
      return salientSplit(s);
    }
    if (linear instanceof BlockFormatLinear b) {
      return BlockFormatLayers.dequantize(b);
    }
    return uniform((UniformLinear) linear);
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
}
