package dev.pbq.ecq;

import dev.pbq.ecq.sweep.Layer;
import dev.pbq.ecq.sweep.Spacing;
import java.util.Arrays;

/** A first guess of the scale of steps: where plain rounding of the weights has the rate. */
final class Start {
  /** Weights that are looked at. */
  private static final int SAMPLE = 1 << 14;

  /** Two quantizers of step 2 reach a rate with smaller steps than one of step 1. */
  private static final double TRELLIS = 0.55;

  private static final int HALVINGS = 24;

  private Start() {}

  /** The scale; 0 if every weight that counts is 0. */
  static double scale(Layer layer, Spacing spacing, double bits, boolean trellis) {
    double[] x = sizes(layer, spacing);
    double largest = Arrays.stream(x).max().orElse(0);
    if (largest == 0) {
      return 0;
    }
    // Binary search in the logarithm; the entropy falls as steps grow.
    double low = Math.log(largest) - Math.log(1 << 20);
    double high = Math.log(largest) + 1;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (entropy(x, Math.exp(middle)) > bits) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Math.exp(high) * (trellis ? TRELLIS : 1);
  }

  private static double[] sizes(Layer layer, Spacing spacing) {
    float[] w = layer.weight().data();
    // A stride without common factors with most widths, so that all columns are seen.
    int stride = Math.max(1, w.length / SAMPLE) | 1;
    double[] x = new double[(w.length - 1) / stride + 1];
    double all = 0;
    for (int i = 0; i < w.length; i++) {
      double relative = spacing.relative()[i % layer.cols()];
      double size = relative > 0 ? Math.abs(w[i]) / relative : 0;
      all = Math.max(all, size);
      if (i % stride == 0) {
        x[i / stride] = size;
      }
    }
    // What the sample missed must still count as not zero.
    x[0] = Math.max(x[0], all);
    return x;
  }

  private static double entropy(double[] x, double step) {
    int[] k = Arrays.stream(x).mapToInt(v -> (int) Math.rint(v / step)).sorted().toArray();
    double bits = 0;
    for (int i = 0; i < k.length; ) {
      int end = i;
      while (end < k.length && k[end] == k[i]) {
        end++;
      }
      double n = end - i;
      bits += n * ((k[i] == 0 ? 0 : 1) - Math.log(n / k.length) / Math.log(2));
      i = end;
    }
    return bits / k.length;
  }
}
