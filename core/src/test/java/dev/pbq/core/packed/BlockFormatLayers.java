package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.List;
import java.util.Random;

/**
 * Layers of family {@code block-format} with random contents, and the definition of their values.
 */
final class BlockFormatLayers {
  private BlockFormatLayers() {}

  /** One of each format, at a width and with parameters drawn at random. */
  static List<NumberFormat> formats(Random random) {
    int width = 2 + random.nextInt(7);
    int wide = 4 + random.nextInt(5);
    int exponent = 1 + random.nextInt(wide - 2);
    int bias = random.nextInt(20) - 5;
    int shared = 1 + random.nextInt(8);
    return List.of(
        new NumberFormat.FixedPoint(width, random.nextInt(20) - 5, true),
        new NumberFormat.Logarithm(width, bias),
        new NumberFormat.MiniFloat(wide, exponent, bias),
        new NumberFormat.DenormFloat(wide, exponent, bias),
        new NumberFormat.BlockFloat(width, shared, bias),
        new NumberFormat.BlockMiniFloat(wide, exponent, shared),
        new NumberFormat.BlockLogarithm(width, shared));
  }

  static BlockFormatLinear layer(
      int rows, int cols, NumberFormat format, int blockRows, int blockCols, int kept, long seed) {
    Random random = new Random(seed);
    byte[] codes = new byte[rows * cols];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(1 << format.width());
    }
    int across = (cols + blockCols - 1) / blockCols;
    int blocks = format.sharedBits() == 0 ? 0 : across * ((rows + blockRows - 1) / blockRows);
    byte[] shared = new byte[blocks];
    for (int i = 0; i < blocks; i++) {
      shared[i] = (byte) random.nextInt(1 << format.sharedBits());
    }
    int[] index = random.ints(0, codes.length).distinct().limit(kept).sorted().toArray();
    float[] value = new float[index.length];
    for (int i = 0; i < value.length; i++) {
      value[i] = (float) (random.nextGaussian() * 1e-9);
    }
    return new BlockFormatLinear(
        rows, cols, format, blockRows, blockCols, codes, shared, new KeptWeights(index, value));
  }

  static BlockFormatLinear layer(Random random) {
    int rows = 1 + random.nextInt(12);
    int cols = 1 + random.nextInt(60);
    List<NumberFormat> formats = formats(random);
    return layer(
        rows,
        cols,
        formats.get(random.nextInt(formats.size())),
        1 + random.nextInt(rows),
        1 + random.nextInt(cols),
        random.nextInt(2) * random.nextInt(Math.min(4, rows * cols)),
        random.nextLong());
  }

  /** Written from {@code docs/format.md}. */
  static FloatMatrix dequantize(BlockFormatLinear linear) {
    float[] w = new float[linear.rows() * linear.cols()];
    int across = (linear.cols() + linear.blockCols() - 1) / linear.blockCols();
    for (int i = 0; i < w.length; i++) {
      int row = i / linear.cols();
      int col = i % linear.cols();
      int block = row / linear.blockRows() * across + col / linear.blockCols();
      int shared = linear.shared().length == 0 ? 0 : linear.shared()[block] & 0xff;
      w[i] = (float) value(linear.format(), linear.codes()[i] & 0xff, shared);
    }
    for (int i = 0; i < linear.kept().count(); i++) {
      w[linear.kept().index()[i]] = linear.kept().value()[i];
    }
    return new FloatMatrix(linear.rows(), linear.cols(), w);
  }

  private static double value(NumberFormat format, int code, int shared) {
    int top = 1 << (format.width() - 1);
    if (format instanceof NumberFormat.FixedPoint f) {
      return (code >= top ? code - 2 * top : code) / Math.pow(2, f.fracWidth());
    }
    int rest = code % top;
    double sign = code >= top ? -1 : 1;
    if (format instanceof NumberFormat.Logarithm f) {
      return sign * Math.pow(2, rest - f.bias());
    }
    if (format instanceof NumberFormat.BlockLogarithm) {
      return sign * Math.pow(2, rest - shared);
    }
    if (format instanceof NumberFormat.BlockFloat f) {
      return sign * Math.pow(2, shared - f.bias()) * rest / top;
    }
    int exponentWidth;
    int bias;
    if (format instanceof NumberFormat.MiniFloat f) {
      exponentWidth = f.exponentWidth();
      bias = f.bias();
    } else if (format instanceof NumberFormat.BlockMiniFloat f) {
      exponentWidth = f.exponentWidth();
      bias = shared;
    } else {
      NumberFormat.DenormFloat f = (NumberFormat.DenormFloat) format;
      int scale = top >> f.exponentWidth();
      return sign * Math.pow(2, rest / scale - f.bias()) * (rest % scale) / scale;
    }
    int scale = top >> exponentWidth;
    int field = rest / scale;
    double mantissa = (double) (rest % scale) / scale;
    return field == 0
        ? sign * Math.pow(2, 1 - bias) * mantissa
        : sign * Math.pow(2, field - bias) * (1 + mantissa);
  }
}
