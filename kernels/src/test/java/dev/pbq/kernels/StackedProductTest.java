package dev.pbq.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SampleLayers;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Matrices one above the other give what each gives alone. */
class StackedProductTest {
  @Test
  void outputsFollowEachOther() {
    int cols = 150;
    List<PackedProduct> parts = new ArrayList<>();
    for (int rows : new int[] {5, 40, 16}) {
      for (QuantizedLinear layer : SampleLayers.all(rows, cols, rows)) {
        parts.add(PackedProducts.formed(PackedProducts.of(layer), layer.form()));
      }
    }
    PackedProduct stacked = PackedProducts.stacked(parts);
    assertThat(stacked.rows()).isEqualTo(parts.stream().mapToInt(PackedProduct::rows).sum());
    for (int count : new int[] {1, 3, 9}) {
      float[] x = Reference.inputs(count * cols + 2, count);
      float[] y = new float[count * stacked.rows() + 1];
      stacked.multiply(x, 2, count, y, 1);
      int first = 1;
      for (PackedProduct part : parts) {
        float[] alone = new float[count * part.rows()];
        part.multiply(x, 2, count, alone, 0);
        for (int i = 0; i < count; i++) {
          for (int r = 0; r < part.rows(); r++) {
            assertThat(y[first + i * stacked.rows() + r]).isEqualTo(alone[i * part.rows() + r]);
          }
        }
        first += part.rows();
      }
    }
  }

  @Test
  void differentInputsAreRefused() {
    List<PackedProduct> parts =
        List.of(DenseProduct.of(FloatMatrix.zeros(2, 3)), DenseProduct.of(FloatMatrix.zeros(2, 4)));
    assertThatThrownBy(() -> PackedProducts.stacked(parts))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different inputs");
  }
}
