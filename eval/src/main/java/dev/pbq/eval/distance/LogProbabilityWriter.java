package dev.pbq.eval.distance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/** Writes log-probabilities, some rows at a time and in order, as {@link LogProbabilityFile}. */
final class LogProbabilityWriter {
  private static final int BUFFER_BYTES = 1 << 20;

  private final WritableByteChannel out;
  private final CacheHeader header;
  private final ByteBuffer buffer = LogProbabilityFile.buffer(BUFFER_BYTES);
  private final CRC32C crc = new CRC32C();
  private int rowsInWindow;
  private int windowsDone;

  /** Begins with the header; each write to {@code out} must take the whole buffer. */
  LogProbabilityWriter(WritableByteChannel out, CacheHeader header) throws IOException {
    this.out = out;
    this.header = header;
    out.write(LogProbabilityFile.encode(header));
  }

  /**
   * Adds rows of one window.
   *
   * @param values [rows, vocabulary] from the start of the array
   */
  void write(float[] values, int rows) throws IOException {
    if (windowsDone == header.windows() || rowsInWindow + rows > header.rowsPerWindow()) {
      throw new IllegalArgumentException("more rows than the header has room for");
    }
    int count = Math.multiplyExact(rows, header.vocabulary());
    for (int from = 0; from < count; ) {
      int n = Math.min(count - from, buffer.capacity() / Float.BYTES);
      buffer.clear();
      buffer.asFloatBuffer().put(values, from, n);
      buffer.limit(n * Float.BYTES);
      crc.update(buffer.duplicate());
      out.write(buffer);
      from += n;
    }
    rowsInWindow += rows;
    if (rowsInWindow == header.rowsPerWindow()) {
      ByteBuffer sum = LogProbabilityFile.buffer(Integer.BYTES);
      out.write(sum.putInt((int) crc.getValue()).flip());
      crc.reset();
      rowsInWindow = 0;
      windowsDone++;
    }
  }

  /** Makes sure that all windows have been written. */
  void finish() {
    if (windowsDone != header.windows()) {
      throw new IllegalStateException(windowsDone + " of " + header.windows() + " windows written");
    }
  }
}
