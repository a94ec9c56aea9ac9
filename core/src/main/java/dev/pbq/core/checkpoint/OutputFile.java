package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * One file that appears complete or not at all, so that it can be checked before it appears: it is
 * written beside its final place, and {@link #commit} renames it. Closed without a commit, nothing
 * is left.
 */
public final class OutputFile implements AutoCloseable {
  private final Path target;
  private final Path work;
  private final boolean force;

  private OutputFile(Path target, Path work, boolean force) {
    this.target = target;
    this.work = work;
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
    } catch (IOException e) {
      throw IoFailures.writing(target, e);
    }
    Path work =
        absolute.resolveSibling(
            "." + absolute.getFileName() + "." + UUID.randomUUID() + ".partial");
    return new OutputFile(absolute, work, force);
  }

  private static void requireAbsent(Path named, Path target, boolean force) {
    if (!force && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw PbqException.setting("output %s exists; {force} replaces it", named);
    }
  }

  /** Where the file is to be written until the commit. */
  public Path work() {
    return work;
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
      Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw IoFailures.writing(target, e);
    }
    AtomicFile.flushFolder(target.getParent());
  }

  /** Ends; deletes what was not committed. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(work);
    } catch (IOException e) {
      throw IoFailures.writing(work, e);
    }
  }
}
