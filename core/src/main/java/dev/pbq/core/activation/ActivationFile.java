package dev.pbq.core.activation;

import dev.pbq.core.PbqException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Hidden states of all calibration or evaluation windows, float32 in native byte order, in a
 * scratch file: read and written with plain I/O rather than mapped, so that they stay out of the
 * process's memory and the operating system caches as much as it can. Several threads may read and
 * write windows at the same time, not the same window.
 */
public final class ActivationFile implements WindowValues, AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long windowBytes;

  private ActivationFile(Path path, FileChannel channel, long windowBytes) {
    this.path = path;
    this.channel = channel;
    this.windowBytes = windowBytes;
  }

  /**
   * Opens a scratch file for reading and writing, creating it if needed.
   *
   * @param windowFloats float32 values of one window: tokens * hidden size
   */
  public static ActivationFile open(Path path, long windowFloats) {
    try {
      FileChannel channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return new ActivationFile(path, channel, Math.multiplyExact(windowFloats, Float.BYTES));
    } catch (IOException e) {
      throw failure("cannot open", path, e);
    }
  }

  @Override
  public void write(int firstWindow, ByteBuffer values) {
    try {
      long at = firstWindow * windowBytes;
      while (values.hasRemaining()) {
        at += channel.write(values, at);
      }
    } catch (IOException e) {
      throw failure("cannot write", path, e);
    }
  }

  @Override
  public void read(int firstWindow, ByteBuffer values) {
    try {
      long at = firstWindow * windowBytes;
      while (values.hasRemaining()) {
        int n = channel.read(values, at);
        if (n < 0) {
          throw new EOFException("shorter than expected");
        }
        at += n;
      }
    } catch (IOException e) {
      throw failure("cannot read", path, e);
    }
  }

  /** Bytes that were written, or are skipped as something behind them was. */
  public long size() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw failure("cannot read", path, e);
    }
  }

  /** Forces everything written to the disk. */
  public void force() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw failure("cannot flush", path, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure("cannot close", path, e);
    }
  }

  private static PbqException failure(String what, Path path, IOException e) {
    return PbqException.resources(what + " activations in " + path + ": " + e.getMessage(), e);
  }
}
