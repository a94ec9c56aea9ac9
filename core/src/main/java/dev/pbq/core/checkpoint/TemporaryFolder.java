package dev.pbq.core.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder among the system's temporary files, {@code pbq-<kind>-<digits>}, locked by the process
 * that uses it. What a killed process left behind is removed by the next one that makes a folder of
 * the same kind: nothing else ever would.
 */
public final class TemporaryFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolder.class);
  private static final String LOCK_FILE = ".pbq.lock";

  private final Path path;
  private final FileChannel lock;

  private TemporaryFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes one; the caller closes it.
   *
   * @param kind part of its name
   */
  public static TemporaryFolder create(String kind) throws IOException {
    String prefix = "pbq-" + kind + "-";
    Path path = Files.createTempDirectory(prefix);
    removeLeftOvers(path, prefix);
    FileChannel lock =
        FileChannel.open(
            path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isFree(lock)) {
      lock.close();
      throw new IOException("another process took " + path);
    }
    return new TemporaryFolder(path, lock);
  }

  /** Folders without a lock file are left alone: their owners may be about to make it. */
  private static void removeLeftOvers(Path own, String prefix) {
    try (DirectoryStream<Path> others = Files.newDirectoryStream(own.getParent(), prefix + "*")) {
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
