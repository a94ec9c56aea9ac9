package dev.pbq.export.compressed;

import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffineLayer;
import dev.pbq.export.LazyTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A layer's tensors. Packed: {@code weight_packed} int32 [outputs, words], {@code weight_scale}
 * [outputs, groups], {@code weight_shape} int64 [2] and, of asymmetric layers, {@code
 * weight_zero_point} int32 [words of outputs, groups]. Naive: {@code weight} int8 [outputs,
 * inputs], {@code weight_scale}, and {@code weight_zero_point} int8 [outputs, groups].
 *
 * @param naive whether integers are stored as bytes
 * @param scales the type of scales
 * @param zeros whether zero points are stored
 */
record CompressedTensors(boolean naive, DType scales, boolean zeros) {
  /** The tensors, each made when it is written. */
  TensorGroup of(String linear, Supplier<AffineLayer> source) {
    AffineLayer layer = source.get();
    long rows = layer.rows();
    long cols = layer.cols();
    long groups = layer.groups();
    int perWord = Integer.SIZE / layer.bits();
    List<TensorEntry> entries = new ArrayList<>();
    String name = linear + ".";
    entries.add(
        naive
            ? LazyTensors.bytes(
                name + StoredIntegers.PLAIN, new long[] {rows, cols}, () -> plain(source.get()))
            : LazyTensors.words(
                name + StoredIntegers.PACKED,
                new long[] {rows, words(cols, perWord)},
                () -> packed(source.get())));
    entries.add(
        LazyTensors.numbers(
            name + StoredIntegers.SCALE,
            scales,
            new long[] {rows, groups},
            () -> scalesByRow(source.get())));
    if (zeros) {
      entries.add(
          naive
              ? LazyTensors.bytes(
                  name + StoredIntegers.ZERO,
                  new long[] {rows, groups},
                  () -> plainZeros(source.get()))
              : LazyTensors.words(
                  name + StoredIntegers.ZERO,
                  new long[] {words(rows, perWord), groups},
                  () -> packedZeros(source.get())));
    }
    if (!naive) {
      byte[] shape = new byte[2 * Long.BYTES];
      ByteBuffer.wrap(shape).order(ByteOrder.LITTLE_ENDIAN).putLong(rows).putLong(cols);
      entries.add(
          TensorEntry.ofBytes(name + StoredIntegers.SHAPE, DType.I64, new long[] {2}, shape));
    }
    return new TensorGroup(entries, Map.of());
  }

  private static int words(long count, int perWord) {
    return (int) ((count - 1) / perWord + 1);
  }

  private static byte[] plain(AffineLayer layer) {
    byte[] integers = new byte[layer.codes().length];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = (byte) (layer.codes()[i] + Byte.MIN_VALUE);
    }
    return integers;
  }

  private static int[] packed(AffineLayer layer) {
    int bits = layer.bits();
    int perWord = Integer.SIZE / bits;
    int perRow = words(layer.cols(), perWord);
    int[] words = new int[layer.rows() * perRow];
    for (int r = 0; r < layer.rows(); r++) {
      for (int c = 0; c < layer.cols(); c++) {
        words[r * perRow + c / perWord] |=
            (layer.codes()[r * layer.cols() + c] & 0xff) << (bits * (c % perWord));
      }
    }
    return words;
  }

  private static float[] scalesByRow(AffineLayer layer) {
    float[] byRow = new float[layer.scale().length];
    for (int i = 0; i < byRow.length; i++) {
      byRow[i] = layer.scale()[atRow(layer, i)];
    }
    return byRow;
  }

  /** Where an AffineLayer has what belongs to index {@code row * groups + group}. */
  private static int atRow(AffineLayer layer, int index) {
    int groups = layer.groups();
    return index % groups * layer.rows() + index / groups;
  }

  private static byte[] plainZeros(AffineLayer layer) {
    byte[] zeros = new byte[layer.zero().length];
    for (int i = 0; i < zeros.length; i++) {
      zeros[i] = (byte) (layer.zero()[atRow(layer, i)] + Byte.MIN_VALUE);
    }
    return zeros;
  }

  private static int[] packedZeros(AffineLayer layer) {
    int bits = layer.bits();
    int perWord = Integer.SIZE / bits;
    int groups = layer.groups();
    int[] words = new int[words(layer.rows(), perWord) * groups];
    for (int i = 0; i < layer.zero().length; i++) {
      int row = i / groups;
      words[row / perWord * groups + i % groups] |=
          layer.zero()[atRow(layer, i)] << (bits * (row % perWord));
    }
    return words;
  }
}
