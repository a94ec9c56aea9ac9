package dev.pbq.bench;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.WeightSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The upper limit of the speed of data-free methods: weights are read from their file as stored,
 * widened to float32 and written to another file, piece by piece and in parallel, and nothing is
 * kept. The float32 values are written because the fp16 bytes would need no widening.
 */
final class WideningCopy {
  private static final int PIECE = 1 << 18;

  private record Piece(String tensor, long firstRow, long rows, long offset, int values) {}

  private WideningCopy() {}

  /**
   * Copies.
   *
   * @param flush whether to wait until the disk has everything, as a quantization does
   * @return the bytes written
   */
  static long run(WeightSource weights, List<String> tensors, Path to, boolean flush) {
    List<Piece> pieces = new ArrayList<>();
    long bytes = 0;
    for (String tensor : tensors) {
      long[] shape = weights.shape(tensor);
      long rows = Math.max(1, PIECE / shape[1]);
      for (long first = 0; first < shape[0]; first += rows) {
        long n = Math.min(rows, shape[0] - first);
        int values = Math.toIntExact(n * shape[1]);
        pieces.add(new Piece(tensor, first, n, bytes, values));
        bytes += (long) values * Float.BYTES;
      }
    }
    try (FileChannel channel =
        FileChannel.open(to, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      Parallel.forEach(pieces.size(), i -> copy(weights, pieces.get(i), channel));
      if (flush) {
        channel.force(true);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(WeightSource weights, Piece piece, FileChannel channel) {
    float[] values = new float[piece.values()];
    weights.readRows(piece.tensor(), piece.firstRow(), piece.rows(), FloatBuffer.wrap(values));
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    try {
      long at = piece.offset();
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
