package dev.pbq.export.gptq;

import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffineLayer;
import dev.pbq.export.LazyTensors;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A layer's tensors: {@code qweight} int32 [inputs * bits / 32, outputs], {@code qzeros} int32
 * [groups, outputs * bits / 32], {@code scales} float16 [groups, outputs], {@code g_idx} int32
 * [inputs]. Codes follow each other without gaps from the lowest bit of the first word on, across
 * words where the width does not divide 32: qweight down the inputs, qzeros along the outputs.
 */
final class GptqTensors {
  private GptqTensors() {}

  /**
   * The tensors, each made when it is written.
   *
   * @param linear the layer's name; inputs and outputs are multiples of 32
   * @param source called anew for every tensor, when it is written
   * @param minusOne whether zero points are stored less one
   */
  static TensorGroup of(String linear, Supplier<AffineLayer> source, boolean minusOne) {
    AffineLayer layer = source.get();
    long rows = layer.rows();
    long cols = layer.cols();
    int bits = layer.bits();
    return new TensorGroup(
        List.of(
            LazyTensors.words(
                linear + ".qweight",
                new long[] {cols * bits / 32, rows},
                () -> weights(source.get())),
            LazyTensors.words(
                linear + ".qzeros",
                new long[] {layer.groups(), rows * bits / 32},
                () -> zeros(source.get(), minusOne)),
            LazyTensors.numbers(
                linear + ".scales",
                DType.F16,
                new long[] {layer.groups(), rows},
                () -> source.get().scale()),
            LazyTensors.words(linear + ".g_idx", new long[] {cols}, () -> groups(source.get()))),
        Map.of());
  }

  private static int[] weights(AffineLayer layer) {
    int rows = layer.rows();
    int cols = layer.cols();
    int bits = layer.bits();
    int[] words = new int[cols / 32 * bits * rows];
    for (int r = 0; r < rows; r++) {
      long held = 0;
      int count = 0;
      int word = 0;
      for (int c = 0; c < cols; c++) {
        held |= (layer.codes()[r * cols + c] & 0xffL) << count;
        count += bits;
        if (count >= 32) {
          words[word++ * rows + r] = (int) held;
          held >>>= 32;
          count -= 32;
        }
      }
    }
    return words;
  }

  private static int[] zeros(AffineLayer layer, boolean minusOne) {
    int rows = layer.rows();
    int bits = layer.bits();
    int[] words = new int[layer.groups() * (rows / 32 * bits)];
    int word = 0;
    for (int g = 0; g < layer.groups(); g++) {
      long held = 0;
      int count = 0;
      for (int r = 0; r < rows; r++) {
        held |= (long) (layer.zero()[g * rows + r] - (minusOne ? 1 : 0)) << count;
        count += bits;
        if (count >= 32) {
          words[word++] = (int) held;
          held >>>= 32;
          count -= 32;
        }
      }
    }
    return words;
  }

  private static int[] groups(AffineLayer layer) {
    int[] groups = new int[layer.cols()];
    for (int c = 0; c < groups.length; c++) {
      groups[c] = layer.group(c);
    }
    return groups;
  }
}
