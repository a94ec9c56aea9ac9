package dev.pbq.core.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of temporary files, locked by the process that uses it. What a killed process left
 * behind is removed by the next one that makes a folder of the same kind: nothing else ever would.
 */
public final class TemporaryFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolder.class);
  private static final String LOCK_FILE = ".pbq.lock";
  private static final String PARTIAL = ".partial";

  private final Path path;
  private final FileChannel lock;

  private TemporaryFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes one among the system's temporary files, {@code pbq-<kind>-<digits>}; the caller closes
   * it.
   *
   * @param kind part of its name
   */
  public static TemporaryFolder create(String kind) throws IOException {
    String prefix = "pbq-" + kind + "-";
    return open(Files.createTempDirectory(prefix), Pattern.compile(Pattern.quote(prefix) + ".*"));
  }

  /**
   * Makes a hidden one beside a file that is to be made in it, {@code .<name>.<digits>.partial};
   * the caller closes it.
   *
   * @param target absolute
   */
  static TemporaryFolder beside(Path target) throws IOException {
    String prefix = "." + target.getFileName() + ".";
    Path path = target.resolveSibling(prefix + UUID.randomUUID() + PARTIAL);
    return open(
        Files.createDirectory(path),
        Pattern.compile(Pattern.quote(prefix) + "[0-9a-f-]{36}" + Pattern.quote(PARTIAL)));
  }

  private static TemporaryFolder open(Path path, Pattern kind) throws IOException {
    removeLeftOvers(path, kind);
    try {
      return new TemporaryFolder(path, lock(path));
    } catch (IOException e) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException notEmpty) {
        e.addSuppressed(notEmpty);
      }
      throw e;
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    FileChannel lock =
        FileChannel.open(
            path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isFree(lock)) {
      lock.close();
      throw new IOException("another process took " + path);
    }
    return lock;
  }

  /** Folders without a lock file are left alone: their owners may be about to make it. */
  private static void removeLeftOvers(Path own, Pattern kind) {
    try (DirectoryStream<Path> others =
        Files.newDirectoryStream(
            own.getParent(), other -> kind.matcher(other.getFileName().toString()).matches())) {
      for (Path other : others) {
        if (!other.equals(own) && isLeft(other)) {
          FileTrees.delete(other);
        }
      }
    } catch (IOException e) {
      LOG.debug("cannot look for old temporary folders: {}", IoFailures.reason(e));
    }
  }

  private static boolean isLeft(Path folder) throws IOException {
    try (FileChannel channel =
        FileChannel.open(folder.resolve(LOCK_FILE), StandardOpenOption.WRITE)) {
      return isFree(channel);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** Has the folder go when the process is ended by a signal, with a file in it, there or not. */
  void deleteOnExit(Path file) {
    if (path.getFileSystem() == FileSystems.getDefault()) {
      // The last one named goes first.
      path.toFile().deleteOnExit();
      path.resolve(LOCK_FILE).toFile().deleteOnExit();
      file.toFile().deleteOnExit();
    }
  }

  /** The folder; it holds a lock file. */
  public Path path() {
    return path;
  }

  /**
   * Removes the folder with all that is in it. Closing again has no effect.
   *
   * @throws IOException if something cannot be removed
   */
  @Override
  public void close() throws IOException {
    FileTrees.delete(path);
    lock.close();
  }
}
