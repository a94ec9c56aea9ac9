package dev.pbq.export.gptq;

import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
   * @param weight the name of the layer's weight, which ends in {@code .weight}; inputs and outputs
   *     are multiples of 32
   * @param minusOne whether zero points are stored less one
   */
  static TensorGroup of(String weight, AffineSource source, boolean minusOne) {
    AffineLayer layer = source.layer(weight);
    String linear = weight.substring(0, weight.length() - ".weight".length());
    long rows = layer.rows();
    long cols = layer.cols();
    int bits = layer.bits();
    return new TensorGroup(
        List.of(
            words(linear + ".qweight", cols * bits / 32, rows, () -> weights(source.layer(weight))),
            words(
                linear + ".qzeros",
                layer.groups(),
                rows * bits / 32,
                () -> zeros(source.layer(weight), minusOne)),
            new TensorEntry(
                linear + ".scales",
                DType.F16,
                new long[] {layer.groups(), rows},
                out -> out.write(halves(source.layer(weight).scale()))),
            new TensorEntry(
                linear + ".g_idx",
                DType.I32,
                new long[] {cols},
                out -> out.write(bytes(groups(source.layer(weight)))))),
        Map.of());
  }

  private static TensorEntry words(String name, long rows, long cols, Supplier<int[]> values) {
    return new TensorEntry(
        name, DType.I32, new long[] {rows, cols}, out -> out.write(bytes(values.get())));
  }

  private static ByteBuffer halves(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, 2)).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putShort(Half.fromFloat(value));
    }
    return bytes.flip();
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

  private static ByteBuffer bytes(int[] words) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(words.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes;
  }
}
