package dev.pbq.eval.distance;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.pbq.core.PbqException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Reads log-probabilities, some rows at a time and in order, from a {@link LogProbabilityFile};
 * every window's checksum is verified at its end. Not thread-safe.
 */
public final class LogProbabilityReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final CacheHeader header;
  private final ByteBuffer buffer = LogProbabilityFile.buffer(BUFFER_BYTES);
  private final CRC32C crc = new CRC32C();
  private int rowsInWindow;
  private int windowsDone;

  private LogProbabilityReader(Path file, FileChannel channel, CacheHeader header) {
    this.file = file;
    this.channel = channel;
    this.header = header;
  }

  /**
   * Opens a file; the caller closes it.
   *
   * @throws PbqException NOT_FOUND if there is none; BAD_DATA if it is of another kind or version,
   *     or not whole
   */
  public static LogProbabilityReader open(Path file) {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return new LogProbabilityReader(file, channel, readHeader(file, channel));
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw new PbqException(PbqException.Kind.NOT_FOUND, "there is no file " + file, e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static CacheHeader readHeader(Path file, FileChannel channel) throws IOException {
    if (channel.size() < LogProbabilityFile.PREFIX_BYTES) {
      throw notOne(file);
    }
    ByteBuffer prefix = LogProbabilityFile.buffer(LogProbabilityFile.PREFIX_BYTES);
    fill(channel, prefix);
    int length = LogProbabilityFile.headerLength(prefix.flip());
    if (length < 0 || channel.size() < LogProbabilityFile.dataOffset(length)) {
      throw notOne(file);
    }
    int expectedCrc = prefix.getInt();
    ByteBuffer json = LogProbabilityFile.buffer(length);
    fill(channel, json);
    CacheHeader header;
    try {
      if (LogProbabilityFile.crc(json.flip()) != expectedCrc) {
        throw PbqException.badData(file + ": its header is corrupt");
      }
      header = LogProbabilityFile.decode(json);
      if (header == null) {
        throw notOne(file);
      }
    } catch (JsonProcessingException e) {
      throw PbqException.badData(file + ": its header is of another version of pbq", e);
    }
    if (header.formatVersion() != CacheHeader.VERSION
        || !CacheHeader.DTYPE.equals(header.dtype())) {
      throw PbqException.badData(
          file
              + ": log-probabilities of format version "
              + header.formatVersion()
              + ", this pbq reads "
              + CacheHeader.VERSION);
    }
    long expected = LogProbabilityFile.dataOffset(length) + header.dataBytes();
    if (channel.size() != expected) {
      throw PbqException.badData(
          file + " has " + channel.size() + " bytes where its header calls for " + expected);
    }
    channel.position(LogProbabilityFile.dataOffset(length));
    return header;
  }

  private static PbqException notOne(Path file) {
    return PbqException.badData(file + " is not a file of log-probabilities");
  }

  /** What the file holds. */
  public CacheHeader header() {
    return header;
  }

  /**
   * Reads the next rows, all of one window.
   *
   * @param values receives [rows, vocabulary] from its start
   * @throws PbqException BAD_DATA naming the window if it is corrupt
   */
  void read(float[] values, int rows) {
    if (windowsDone == header.windows() || rowsInWindow + rows > header.rowsPerWindow()) {
      throw new IllegalArgumentException("more rows than the file holds");
    }
    int count = Math.multiplyExact(rows, header.vocabulary());
    try {
      for (int from = 0; from < count; ) {
        int n = Math.min(count - from, buffer.capacity() / Float.BYTES);
        buffer.clear().limit(n * Float.BYTES);
        fill(channel, buffer);
        crc.update(buffer.flip());
        buffer.rewind();
        buffer.asFloatBuffer().get(values, from, n);
        from += n;
      }
      rowsInWindow += rows;
      if (rowsInWindow == header.rowsPerWindow()) {
        endWindow();
      }
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private void endWindow() throws IOException {
    ByteBuffer sum = LogProbabilityFile.buffer(Integer.BYTES);
    fill(channel, sum);
    if (sum.flip().getInt() != (int) crc.getValue()) {
      throw PbqException.badData(
          file + ": window " + windowsDone + " is corrupt: delete the file and run again");
    }
    crc.reset();
    rowsInWindow = 0;
    windowsDone++;
  }

  private static void fill(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("it ends early");
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw PbqException.badData("cannot close " + file + ": " + e.getMessage(), e);
    }
  }
}
