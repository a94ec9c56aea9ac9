package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Positional reads of one file by many threads. Plain reads rather than a mapping: they are as fast
 * from the page cache, the process does not grow with the file, and a file that shrinks gives an
 * error instead of a crash.
 *
 * <p>An interrupted thread closes the {@link FileChannel} it reads from, for all its users. Here
 * the channel is reopened and the read goes on; the thread's interrupt flag stays set.
 */
final class FileBytes implements AutoCloseable {
  private final Path file;
  private final BasicFileAttributes attributes;
  private volatile FileChannel channel;
  private volatile boolean closed;

  private FileBytes(Path file, BasicFileAttributes attributes, FileChannel channel) {
    this.file = file;
    this.attributes = attributes;
    this.channel = channel;
  }

  /**
   * Opens a file.
   *
   * @throws PbqException NOT_FOUND if there is none; BAD_DATA if it is not a readable regular file
   */
  static FileBytes open(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw PbqException.badData(file + " is not a file");
      }
      return new FileBytes(file, attributes, FileChannel.open(file, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      throw new PbqException(PbqException.Kind.NOT_FOUND, "there is no file " + file, e);
    } catch (IOException e) {
      throw PbqException.badData("cannot open " + file + ": " + IoFailures.reason(e), e);
    }
  }

  Path file() {
    return file;
  }

  /** The size at opening. */
  long size() {
    return attributes.size();
  }

  /**
   * Fills the buffer from {@code position} on.
   *
   * @throws PbqException BAD_DATA if the file ends before or cannot be read
   */
  void read(long position, ByteBuffer into) {
    boolean interrupted = false;
    try {
      int start = into.position();
      int done = start;
      while (done < into.limit()) {
        FileChannel current = openChannel();
        try {
          into.position(done);
          int count = current.read(into, position + (done - start));
          if (count < 0) {
            throw PbqException.badData(file + " became shorter while it was read");
          }
          done += count;
        } catch (ClosedChannelException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + IoFailures.reason(e), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FileChannel openChannel() throws IOException {
    FileChannel current = channel;
    return current.isOpen() && !closed ? current : reopen();
  }

  private synchronized FileChannel reopen() throws IOException {
    if (closed) {
      throw new IllegalStateException(file + " has been closed");
    }
    if (!channel.isOpen()) {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      if (now.size() != attributes.size()
          || !Objects.equals(now.fileKey(), attributes.fileKey())
          || !now.lastModifiedTime().equals(attributes.lastModifiedTime())) {
        throw new IOException("the file has been replaced");
      }
      channel = FileChannel.open(file, StandardOpenOption.READ);
    }
    return channel;
  }

  @Override
  public synchronized void close() {
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      throw PbqException.badData("cannot close " + file + ": " + IoFailures.reason(e), e);
    }
  }
}
