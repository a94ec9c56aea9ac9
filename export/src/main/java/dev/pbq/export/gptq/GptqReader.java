package dev.pbq.export.gptq;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.tensor.DType;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Dequantizes a layer of a written folder as loaders do: each code is read from its words by the
 * position of its bits.
 */
final class GptqReader {
  private final Checkpoint checkpoint;
  private final boolean minusOne;

  /**
   * @param minusOne whether zero points are stored less one ({@code checkpoint_format} gptq)
   */
  GptqReader(Checkpoint checkpoint, boolean minusOne) {
    this.checkpoint = checkpoint;
    this.minusOne = minusOne;
  }

  /** The weights [outputs, inputs], row-major. */
  float[] read(String linear, int bits, int rows, int cols) {
    ByteBuffer weights = part(linear + ".qweight", DType.I32, (long) cols * bits / 32, rows);
    TensorInfo scaleInfo = checkpoint.info(linear + ".scales");
    int groups = Math.toIntExact(scaleInfo.shape()[0]);
    ByteBuffer zeros = part(linear + ".qzeros", DType.I32, groups, (long) rows * bits / 32);
    ByteBuffer index = part(linear + ".g_idx", DType.I32, cols);
    part(linear + ".scales", DType.F16, groups, rows);
    float[] scales = checkpoint.read(linear + ".scales");
    float[] values = new float[rows * cols];
    for (int c = 0; c < cols; c++) {
      int group = index.getInt(4 * c);
      for (int r = 0; r < rows; r++) {
        int zero =
            bits(zeros, (long) group * rows * bits, (long) r * bits, bits, 1) + (minusOne ? 1 : 0);
        int code = bits(weights, 32L * r, (long) c * bits, bits, rows);
        values[r * cols + c] = scales[group * rows + r] * (code - zero);
      }
    }
    return values;
  }

  /**
   * A number of {@code bits} bits of a sequence of words that are {@code stride} words apart.
   *
   * @param start bit at which the first word starts
   * @param position of the number's lowest bit within the sequence
   */
  private static int bits(ByteBuffer words, long start, long position, int bits, int stride) {
    int value = 0;
    for (int b = 0; b < bits; b++) {
      long at = position + b;
      long word = start / 32 + at / 32 * stride;
      value |= (words.getInt((int) (4 * word)) >>> (at % 32) & 1) << b;
    }
    return value;
  }

  private ByteBuffer part(String name, DType type, long... shape) {
    TensorInfo info = checkpoint.info(name);
    if (info.dtype() != type || !Arrays.equals(info.shape(), shape)) {
      throw PbqException.badData(
          checkpoint.folder() + ": " + info + " was read back with another type or shape");
    }
    return checkpoint.bytes(name, 0, Math.toIntExact(info.byteCount()));
  }
}
