package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * One file that appears complete or not at all, so that it can be checked before it appears: it is
 * written in a hidden folder beside its final place, and {@link #commit} renames it. Closed without
 * a commit, or ended by a signal, it leaves nothing; what a kill left is removed by the next run
 * for the same file.
 */
public final class OutputFile implements AutoCloseable {
  private final Path target;
  private final TemporaryFolder folder;
  private final boolean force;

  private OutputFile(Path target, TemporaryFolder folder, boolean force) {
    this.target = target;
    this.folder = folder;
    this.force = force;
  }

  /**
   * Begins; the parents of the file are created.
   *
   * @param force replace a file that exists
   * @throws PbqException USAGE if the target exists and may not be replaced, or is a folder
   */
  public static OutputFile open(Path target, boolean force) {
    Path absolute = target.toAbsolutePath().normalize();
    if (absolute.getFileName() == null || Files.isDirectory(absolute)) {
      throw PbqException.usage("output " + target + " is a folder: name a file");
    }
    requireAbsent(target, absolute, force);
    try {
      Files.createDirectories(absolute.getParent());
      OutputFile output = new OutputFile(absolute, TemporaryFolder.beside(absolute), force);
      output.folder.deleteOnExit(output.work());
      return output;
    } catch (IOException e) {
      throw IoFailures.writing(target, e);
    }
  }

  private static void requireAbsent(Path named, Path target, boolean force) {
    if (!force && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw PbqException.setting("output %s exists; {force} replaces it", named);
    }
  }

  /** Where the file is to be written until the commit. */
  public Path work() {
    return folder.path().resolve(target.getFileName());
  }

  /** The final place. */
  public Path target() {
    return target;
  }

  /**
   * Gives the file its final name.
   *
   * @throws PbqException USAGE if the target has appeared meanwhile and may not be replaced;
   *     RESOURCES if the rename fails
   */
  public void commit() {
    requireAbsent(target, target, force);
    try {
      Files.move(work(), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw IoFailures.writing(target, e);
    }
    AtomicFile.flushFolder(target.getParent());
  }

  /** Ends; deletes what was not committed. */
  @Override
  public void close() {
    try {
      folder.close();
    } catch (IOException e) {
      throw IoFailures.writing(folder.path(), e);
    }
  }
}
