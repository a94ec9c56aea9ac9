package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
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
   * What {@link #writeUnflushed} has handed to the system.
   *
   * @param size bytes of the file
   * @param crc32c of all of them
   */
  public record Unflushed(long size, long crc32c) {}

  /**
   * Writes {@code file}, replacing an existing one. On any failure the old state remains.
   *
   * @return the size of the file in bytes
   * @throws PbqException RESOURCES if the disk is full, NOT_FOUND if the folder does not exist,
   *     USAGE if it may not be written to; whatever {@code body} throws goes through
   */
  public static long write(Path file, Body body) {
    return write(file, body, new WholeWrites(), true);
  }

  /**
   * Writes {@code file} like {@link #write}, without waiting for the device. A killed process loses
   * nothing; if the machine fails, the file may be damaged, which its checksum shows.
   *
   * @throws PbqException as {@link #write}
   */
  public static Unflushed writeUnflushed(Path file, Body body) {
    WholeWrites writes = new WholeWrites();
    writes.checksum = new CRC32C();
    long size = write(file, body, writes, false);
    return new Unflushed(size, writes.checksum.getValue());
  }

  private static long write(Path file, Body body, WholeWrites writes, boolean flush) {
    Path target = file.toAbsolutePath();
    removeLeftOvers(target);
    Path temporary = null;
    try {
      FileChannel opened = null;
      while (opened == null) {
        temporary =
            target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + SUFFIX);
        opened = own(temporary);
      }
      long size;
      try (FileChannel channel = opened) {
        writes.channel = channel;
        body.writeTo(writes);
        size = channel.position();
        if (flush) {
          channel.force(true);
        }
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      if (flush) {
        flushFolder(target.getParent());
      }
      return size;
    } catch (IOException e) {
      deleteAfter(e, temporary);
      throw IoFailures.writing(file, e);
    } catch (RuntimeException | Error e) {
      deleteAfter(e, temporary);
      throw e;
    }
  }

  /** Makes a file that nobody takes for a left-over; null if somebody was quicker. */
  private static FileChannel own(Path temporary) throws IOException {
    FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    if (lock(channel) == Lock.TAKEN || !Files.exists(temporary)) {
      channel.close();
      return null;
    }
    if (temporary.getFileSystem() == FileSystems.getDefault()) {
      // A signal ends the process, and this file with it. After a kill the next write removes it.
      temporary.toFile().deleteOnExit();
    }
    return channel;
  }

  /** Removes what killed processes left of the same file. */
  private static void removeLeftOvers(Path target) {
    String name = Pattern.quote("." + target.getFileName() + ".");
    Pattern left = Pattern.compile(name + "[0-9a-f-]{36}" + Pattern.quote(SUFFIX));
    try (Stream<Path> siblings = Files.list(target.getParent())) {
      for (Path sibling : siblings.toList()) {
        if (left.matcher(sibling.getFileName().toString()).matches()) {
          deleteUnlocked(sibling);
        }
      }
    } catch (IOException e) {
      LOG.debug("cannot look for left-overs of {}: {}", target, IoFailures.reason(e));
    }
  }

  /** Deletes a file that nobody writes any more; locked until it is gone, so that nobody begins. */
  private static void deleteUnlocked(Path temporary) throws IOException {
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      if (lock(channel) == Lock.HELD) {
        Files.deleteIfExists(temporary);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} has gone meanwhile", temporary);
    }
  }

  /** What came of locking a file. */
  private enum Lock {
    HELD,
    /** Somebody else holds it. */
    TAKEN,
    /** The file system has none: there left-overs stay. */
    NONE
  }

  /** Locks a file until it is closed. */
  private static Lock lock(FileChannel channel) {
    try {
      return channel.tryLock() == null ? Lock.TAKEN : Lock.HELD;
    } catch (OverlappingFileLockException e) {
      return Lock.TAKEN;
    } catch (IOException e) {
      LOG.debug("no lock: {}", e.toString());
      return Lock.NONE;
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
    if (temporary == null) {
      return;
    }
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Writes every buffer to its end, and cannot be closed by those who write into it. */
  private static final class WholeWrites implements WritableByteChannel {
    private FileChannel channel;
    private CRC32C checksum;

    @Override
    public int write(ByteBuffer source) throws IOException {
      int count = source.remaining();
      if (checksum != null) {
        checksum.update(source.duplicate());
      }
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
