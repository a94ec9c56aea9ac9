package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Both libraries compute C -= A B^T on the caller's memory, with gaps between B's columns. */
class MatrixProductsTest {
  private static final int M = 37;
  private static final int N = 29;
  private static final int K = 16;
  private static final int LDB = 45;

  @Test
  void openBlasFollowsTheDefinition() {
    check(MatrixProducts.selected());
  }

  @Test
  void nd4jFollowsTheDefinition() {
    check(new Nd4jProducts());
  }

  private static void check(MatrixProducts products) {
    Random random = new Random(3);
    float[] a = normal(random, M * K);
    float[] b = normal(random, LDB * K);
    float[] c = normal(random, M * N);
    float[] result = new float[M * N];
    try (NativeFloats left = filled(a);
        NativeFloats right = filled(b);
        NativeFloats out = filled(c)) {
      products.subtractProduct(M, N, K, left.at(0), right.at(0), LDB, out.at(0));
      out.get(0, result, 0, result.length);
    }
    for (int i = 0; i < M; i++) {
      for (int j = 0; j < N; j++) {
        double expected = c[j * M + i];
        for (int k = 0; k < K; k++) {
          expected -= (double) a[k * M + i] * b[k * LDB + j];
        }
        assertThat((double) result[j * M + i]).isCloseTo(expected, within(1e-5));
      }
    }
  }

  private static NativeFloats filled(float[] values) {
    NativeFloats memory = new NativeFloats(values.length);
    memory.put(0, values, 0, values.length);
    return memory;
  }

  private static float[] normal(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
