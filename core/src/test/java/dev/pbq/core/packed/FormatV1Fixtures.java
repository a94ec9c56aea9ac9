package dev.pbq.core.packed;

import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.RandomCodes;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.packed.RandomLayers.CodedParameters;
import dev.pbq.core.packed.RandomLayers.LowKind;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.MemoryPackedWriter;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The layers stored in {@code src/test/resources/packed/v1}: written once, by the first version of
 * their family's format, and never again. {@link #main} wrote them; it refuses to overwrite.
 *
 * <p>A file is, within gzip and by {@link DataOutputStream}: the number of attributes, each as key,
 * {@code i} or {@code s}, value; the number of parts, each as name, dtype, dimensions, bytes; rows
 * and columns of the dequantized matrix and its float32 entries.
 */
final class FormatV1Fixtures {
  private FormatV1Fixtures() {}

  /** A layer as stored, and the weights that it stands for. */
  record Fixture(MemoryPackedWriter stored, FloatMatrix weights) {}

  /** The files' names (without {@code .gz}) and the layers that they were made from. */
  static Map<String, QuantizedLinear> layers() {
    Map<String, QuantizedLinear> layers = new LinkedHashMap<>();
    layers.put(
        "binary-raw",
        RandomLayers.salientSplit(
            5, 13, 4, ScaleDtype.F16, 0.5, 8, LowKind.BINARY, 1, Zeros.U8, 1));
    layers.put(
        "binary-range",
        RandomLayers.salientSplit(
            24, 72, 32, ScaleDtype.F16, 0.08, 8, LowKind.BINARY, 1, Zeros.CONSTANT, 2));
    layers.put(
        "one-sided-range",
        RandomLayers.salientSplit(
            17, 96, 96, ScaleDtype.F32, 0.05, 5, LowKind.ONE_SIDED, 1, Zeros.I8, 3));
    layers.put(
        "uniform-low-range",
        RandomLayers.salientSplit(
            16, 80, 40, ScaleDtype.F16, 0.1, 4, LowKind.UNIFORM, 3, Zeros.I16, 4));
    layers.put(
        "zero-raw",
        RandomLayers.salientSplit(
            9, 21, 21, ScaleDtype.F32, 0.5, 3, LowKind.ZERO, 1, Zeros.I32, 5));
    layers.put(
        "verbatim-f16",
        RandomLayers.salientSplit(
            8, 50, 50, ScaleDtype.F16, 0.1, 8, LowKind.VERBATIM, 1, Zeros.U8, 6));
    layers.put(
        "verbatim-f32",
        RandomLayers.salientSplit(
            8, 50, 50, ScaleDtype.F32, 0.1, 8, LowKind.VERBATIM, 1, Zeros.U8, 7));
    layers.put("zero-chunks-and-classes", clusteredLayer());
    for (int bits = 1; bits <= 8; bits++) {
      Zeros zeros = bits % 2 == 0 ? Zeros.U8 : Zeros.CONSTANT;
      layers.put(
          "uniform-" + bits,
          RandomLayers.uniform(6, 19, 8, ScaleDtype.F16, bits, zeros, false, bits));
    }
    layers.put(
        "uniform-4-g-idx", RandomLayers.uniform(5, 24, 8, ScaleDtype.F32, 4, Zeros.U8, true, 9));
    layers.put(
        "groups-row-raw",
        RandomLayers.binaryGroups(
            7,
            43,
            16,
            GroupLayout.rows(1, 2, MeanSharing.EACH),
            ScaleFormat.F16,
            BitmapCoding.RAW,
            0.2,
            11));
    layers.put(
        "groups-row-coded-u8",
        RandomLayers.binaryGroups(
            64,
            300,
            128,
            GroupLayout.rows(2, 4, MeanSharing.BLOCK),
            ScaleFormat.U8,
            BitmapCoding.CODED,
            0.2,
            12));
    layers.put(
        "groups-row-not-salient",
        RandomLayers.binaryGroups(
            5,
            33,
            33,
            GroupLayout.rows(0, 3, MeanSharing.NONE),
            ScaleFormat.F32,
            BitmapCoding.CODED,
            0,
            13));
    layers.put(
        "groups-row-column-coded",
        RandomLayers.binaryGroups(
            48,
            256,
            64,
            GroupLayout.rowColumns(3, 2, false),
            ScaleFormat.F16,
            BitmapCoding.CODED,
            0.3,
            14));
    layers.put(
        "groups-row-column-raw-u8",
        RandomLayers.binaryGroups(
            9,
            50,
            20,
            GroupLayout.rowColumns(4, 1, true),
            ScaleFormat.U8,
            BitmapCoding.RAW,
            0.3,
            15));
    for (NumberFormat format : BlockFormatLayers.formats(new Random(11))) {
      layers.put(
          "block-format-" + format.id(), BlockFormatLayers.layer(7, 37, format, 2, 16, 3, 12));
    }
    for (int maxCode : new int[] {255, 63, 31, 15, 7, 3, 2, 1}) {
      FlatGroups groups = new FlatGroups(maxCode % 4 == 3 ? 1 : 0, 8);
      layers.put(
          "hqq-" + maxCode,
          RandomLayers.hqq(
              6,
              20,
              groups,
              ScaleDtype.F16,
              ComputeDtype.F32,
              maxCode,
              CodedParameters.NONE,
              maxCode));
    }
    layers.put(
        "hqq-coded-f16",
        RandomLayers.hqq(
            5,
            24,
            new FlatGroups(0, 10),
            ScaleDtype.F32,
            ComputeDtype.F16,
            15,
            CodedParameters.BOTH,
            10));
    layers.put(
        "hqq-bf16",
        RandomLayers.hqq(
            5,
            24,
            new FlatGroups(1, 120),
            ScaleDtype.F32,
            ComputeDtype.BF16,
            3,
            CodedParameters.NONE,
            11));
    layers.put("onebit", RandomLayers.oneBit(6, 21, ScaleDtype.F16, 40));
    layers.put("bi-real", RandomLayers.biReal(6, 21, ScaleDtype.F16, 41));
    FlatGroups groups = new FlatGroups(1, 21);
    layers.put("low-rank", RandomLayers.lowRank(6, 21, 3, groups, ScaleDtype.F16, true, 50));
    layers.put(
        "low-rank-no-zero", RandomLayers.lowRank(6, 21, 4, groups, ScaleDtype.F32, false, 51));
    layers.put(
        "entropy-coded-adaptive",
        RandomEntropyCoded.of(40, 30, Trellis.EIGHT, 16, ScaleFormat.U8, Coding.ADAPTIVE, 62));
    layers.put(
        "entropy-coded-adaptive-scalar",
        RandomEntropyCoded.of(21, 35, Trellis.SCALAR, 100, ScaleFormat.F16, Coding.ADAPTIVE, 61));
    layers.put(
        "entropy-coded-rans",
        RandomEntropyCoded.of(40, 70, Trellis.FOUR, 16, ScaleFormat.F32, Coding.RANS, 63));
    layers.put(
        "entropy-coded-rans-levels",
        new EntropyCodedLinear(
            Trellis.EIGHT,
            64,
            RandomCodes.laplace(120, 70, 6, 0.5, 64),
            ColumnSteps.of(steps(70), ScaleFormat.U8),
            Optional.empty(),
            Coding.RANS));
    return layers;
  }

  private static double[] steps(int count) {
    double[] steps = new double[count];
    for (int i = 0; i < count; i++) {
      steps[i] = 0.01 * (1 + i % 7);
    }
    return steps;
  }

  /** More than one chunk of the range coder, rows and columns of different densities. */
  private static SalientSplitLinear clusteredLayer() {
    int rows = 530;
    int cols = 1000;
    int[] rowDensity = {1, 2, 9, 0, 3};
    int[] colDensity = {0, 1, 1, 20, 2, 5, 0};
    Random random = new Random(10);
    long[] salient = new long[Bitmap.words(rows * cols)];
    for (int i = 0; i < rows * cols; i++) {
      if (random.nextInt(2500) < rowDensity[i / cols % 5] * colDensity[i % cols % 7]) {
        salient[i >>> 6] |= 1L << i;
      }
    }
    byte[] codes = new byte[rows * cols];
    float[] scale = new float[rows];
    for (int i = 0, k = 0; i < codes.length; i++) {
      if (Bitmap.get(salient, i)) {
        codes[i] = (byte) (k++ % 4);
      }
    }
    for (int r = 0; r < rows; r++) {
      scale[r] = (1 + r % 7) / 8f;
    }
    AffineGrid high = new AffineGrid(2, scale, new int[rows]);
    return new SalientSplitLinear(
        rows, cols, cols, ScaleDtype.F16, salient, codes, high, new LowPart.Zero());
  }

  static Fixture read(InputStream file) throws IOException {
    try (DataInputStream in = new DataInputStream(new GZIPInputStream(file))) {
      MemoryPackedWriter stored = new MemoryPackedWriter();
      for (int n = in.readInt(); n > 0; n--) {
        String key = in.readUTF();
        stored.attribute(key, in.readChar() == 'i' ? (Object) in.readInt() : in.readUTF());
      }
      for (int n = in.readInt(); n > 0; n--) {
        String part = in.readUTF();
        DType dtype = DType.valueOf(in.readUTF());
        long[] shape = new long[in.readInt()];
        for (int d = 0; d < shape.length; d++) {
          shape[d] = in.readLong();
        }
        stored.tensor(part, dtype, shape, in.readNBytes(in.readInt()));
      }
      int rows = in.readInt();
      int cols = in.readInt();
      float[] weights = new float[rows * cols];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = in.readFloat();
      }
      return new Fixture(stored, new FloatMatrix(rows, cols, weights));
    }
  }

  private static void write(Path file, QuantizedLinear layer) throws IOException {
    MemoryPackedWriter stored = MemoryPackedWriter.of(layer);
    try (DataOutputStream out =
        new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(stored.attributes().size());
      for (Map.Entry<String, Object> attribute : stored.attributes().entrySet()) {
        out.writeUTF(attribute.getKey());
        if (attribute.getValue() instanceof Integer i) {
          out.writeChar('i');
          out.writeInt(i);
        } else {
          out.writeChar('s');
          out.writeUTF((String) attribute.getValue());
        }
      }
      out.writeInt(stored.parts().size());
      for (Map.Entry<String, MemoryPackedWriter.Part> part : stored.parts().entrySet()) {
        out.writeUTF(part.getKey());
        out.writeUTF(part.getValue().dtype().name());
        out.writeInt(part.getValue().shape().length);
        for (long d : part.getValue().shape()) {
          out.writeLong(d);
        }
        out.writeInt(part.getValue().bytes().length);
        out.write(part.getValue().bytes());
      }
      FloatMatrix weights = NaiveDequantizer.dequantize(layer);
      out.writeInt(weights.rows());
      out.writeInt(weights.cols());
      for (float w : weights.data()) {
        out.writeFloat(w);
      }
    }
  }

  /** Writes the files that are missing from the folder named by the argument. */
  public static void main(String[] args) throws IOException {
    for (Map.Entry<String, QuantizedLinear> layer : layers().entrySet()) {
      Path file = Path.of(args[0], layer.getKey() + ".gz");
      if (Files.notExists(file)) {
        write(file, layer.getValue());
      }
    }
  }
}
