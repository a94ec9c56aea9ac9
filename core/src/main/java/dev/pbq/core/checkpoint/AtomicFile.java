package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a file that appears complete or not at all: into a temporary file beside it, flushed to
 * the device, renamed; then the folder is flushed.
 */
public final class AtomicFile {
  private static final Logger LOG = LoggerFactory.getLogger(AtomicFile.class);

  private static final String SUFFIX = ".pbq-tmp";

  private AtomicFile() {}

  /** Produces the contents of a file. */
  @FunctionalInterface
  public interface Body {
    /** Writes everything; each write to {@code out} takes the whole buffer. */
    void writeTo(WritableByteChannel out) throws IOException;
  }

  /**
   * Writes {@code file}, replacing one that is there. On any failure the old state remains.
   *
   * @return the size of the file in bytes
   * @throws PbqException RESOURCES if the disk is full, NOT_FOUND if the folder does not exist,
   *     USAGE if it may not be written to; whatever {@code body} throws goes through
   */
  public static long write(Path file, Body body) {
    Path target = file.toAbsolutePath();
    Path temporary =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + SUFFIX);
    try {
      long size;
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        body.writeTo(new WholeWrites(channel));
        size = channel.position();
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      flushFolder(target.getParent());
      return size;
    } catch (IOException e) {
      deleteAfter(e, temporary);
      throw IoFailures.writing(file, e);
    } catch (RuntimeException | Error e) {
      deleteAfter(e, temporary);
      throw e;
    }
  }

  /** Writes bytes already in memory. */
  public static long write(Path file, byte[] contents) {
    return write(file, out -> out.write(ByteBuffer.wrap(contents)));
  }

  /** Whether a file is what an interrupted {@link #write} left behind. */
  static boolean isTemporary(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(".") && name.endsWith(SUFFIX);
  }

  /** Makes renames within a folder durable, where the system can. */
  static void flushFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open a folder, some network file systems cannot flush one; the rename itself
      // has happened.
      LOG.debug("cannot flush folder {}: {}", folder, IoFailures.reason(e));
    }
  }

  private static void deleteAfter(Throwable failure, Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Writes every buffer to its end, and cannot be closed by those who write into it. */
  private record WholeWrites(FileChannel channel) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) throws IOException {
      int count = source.remaining();
      while (source.hasRemaining()) {
        channel.write(source);
      }
      return count;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() {
      // The channel belongs to AtomicFile.
    }
  }
}
