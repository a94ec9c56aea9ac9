package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that appears complete or not at all. Work is done in {@code <target>.partial}, locked
 * against other processes; {@link #commit} renames it to its final name. A directory that is
 * replaced is removed only after that. Closed without a commit, the unfinished work is kept for
 * resuming or deleted, as asked for.
 */
public final class OutputDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutputDirectory.class);
  private static final String SUFFIX = ".partial";
  private static final String OLD = ".old-";
  private static final String LOCK_FILE = ".pbq.lock";

  /** What to do with an existing target, and with unfinished work. */
  public enum Mode {
    /**
     * Start from the beginning; leave nothing behind on failure. Refuses if there is unfinished
     * work.
     */
    DISCARD_UNFINISHED,
    /**
     * Start from the beginning; keep unfinished work on failure. Refuses if there is unfinished
     * work.
     */
    KEEP_UNFINISHED,
    /** Go on with unfinished work if there is some; keep it on failure. */
    RESUME
  }

  private final Path target;
  private final Path work;
  private final boolean force;
  private final Mode mode;
  private final FileChannel lock;
  private boolean committed;
  private boolean discarded;
  private boolean closed;

  private OutputDirectory(Path target, Path work, boolean force, Mode mode, FileChannel lock) {
    this.target = target;
    this.work = work;
    this.force = force;
    this.mode = mode;
    this.lock = lock;
  }

  /**
   * Begins.
   *
   * @param target the final directory; its parents are created
   * @param force replace a target that exists, and discard unfinished work unless it is resumed
   * @param inputs folders that are being read; a target that is or contains one is refused
   * @throws PbqException USAGE if the target exists and may not be replaced, if there is unfinished
   *     work that was not asked to be resumed, or if another process is at work on it; RESOURCES if
   *     the disk is full
   */
  public static OutputDirectory open(
      Path target, boolean force, Mode mode, Collection<Path> inputs) {
    try {
      Path real = realTarget(target);
      requireReplaceable(real, force, inputs);
      Path work = real.resolveSibling(real.getFileName() + SUFFIX);
      boolean unfinished = Files.exists(work, LinkOption.NOFOLLOW_LINKS);
      if (unfinished && !Files.isDirectory(work, LinkOption.NOFOLLOW_LINKS)) {
        throw PbqException.usage(work + " is in the way: it is not a directory");
      }
      if (unfinished && mode != Mode.RESUME && !force) {
        throw mode == Mode.KEEP_UNFINISHED
            ? PbqException.setting(
                "unfinished work in %s: {force} discards it, {resume} goes on with it", work)
            : PbqException.setting("unfinished work in %s: {force} discards it", work);
      }
      Files.createDirectories(work);
      FileChannel lock = lockNew(work, unfinished);
      try {
        if (unfinished) {
          clear(work, mode == Mode.RESUME);
        }
        if (Files.exists(real)) {
          deleteReplaced(real);
        }
        return new OutputDirectory(real, work, force, mode, lock);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw IoFailures.writing(target, e);
    }
  }

  /**
   * Refuses a target that exists, before long work that comes ahead of {@link #open}.
   *
   * @param replace whether it may exist
   * @throws PbqException USAGE if it does and may not
   */
  public static void requireFree(Path target, boolean replace) {
    if (!replace && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw PbqException.setting("output %s exists; {force} replaces it", target);
    }
  }

  /** The target with links resolved, so that a link is never replaced by a directory. */
  private static Path realTarget(Path target) throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    if (Files.exists(absolute)) {
      return absolute.toRealPath();
    }
    if (Files.isSymbolicLink(absolute)) {
      throw PbqException.usage("output " + target + " is a broken link");
    }
    Path parent = absolute.getParent();
    Files.createDirectories(parent);
    return parent.toRealPath().resolve(absolute.getFileName());
  }

  private static void requireReplaceable(Path target, boolean force, Collection<Path> inputs)
      throws IOException {
    if (target.getFileName() == null) {
      throw PbqException.usage("output " + target + " is the root directory");
    }
    for (Path input : inputs) {
      if (Files.exists(input) && input.toRealPath().startsWith(target)) {
        throw PbqException.usage("output " + target + " would replace the input " + input);
      }
    }
    if (!Files.exists(target)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw PbqException.usage("output " + target + " exists and is not a directory");
    }
    if (isEmpty(target)) {
      return;
    }
    if (!force) {
      throw PbqException.setting("output %s exists; {force} replaces it", target);
    }
    // force is for replacing models, not for whatever directory was named by mistake.
    if (!Files.exists(target.resolve(ModelFolder.CONFIG))) {
      throw PbqException.usage(
          "output " + target + " exists and is not a model (no config.json): not replaced");
    }
    if (Path.of("").toRealPath().startsWith(target)) {
      throw PbqException.usage("output " + target + " contains the current directory");
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.findAny().isEmpty();
    }
  }

  /** The lock; where it cannot be made, an empty folder that was made for it goes again. */
  private static FileChannel lockNew(Path work, boolean unfinished) throws IOException {
    try {
      return lock(work);
    } catch (IOException e) {
      if (!unfinished) {
        try {
          Files.deleteIfExists(work);
        } catch (IOException notEmpty) {
          e.addSuppressed(notEmpty);
        }
      }
      throw e;
    }
  }

  private static FileChannel lock(Path work) throws IOException {
    FileChannel channel =
        FileChannel.open(
            work.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} is locked by this process", work);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    if (!locked) {
      throw PbqException.usage("another run is at work in " + work);
    }
    return channel;
  }

  /** Deletes everything, or only what a killed process was in the middle of writing. */
  private static void clear(Path work, boolean onlyTemporary) throws IOException {
    try (Stream<Path> list = Files.list(work)) {
      for (Path entry : list.toList()) {
        boolean stays = onlyTemporary && !AtomicFile.isTemporary(entry);
        if (!stays && !entry.getFileName().toString().equals(LOCK_FILE)) {
          FileTrees.delete(entry);
        }
      }
    }
  }

  /**
   * Refuses to go on with work that another program or another kind of run left.
   *
   * @param records the files by which a run knows its own work
   * @throws PbqException USAGE if there are files and none of these is among them
   */
  public void requireOwn(String... records) {
    try (Stream<Path> files = Files.list(work)) {
      boolean empty = files.allMatch(file -> file.endsWith(LOCK_FILE));
      if (!empty && Arrays.stream(records).noneMatch(r -> Files.exists(work.resolve(r)))) {
        throw PbqException.setting(
            "cannot resume %s: it is not known which run left it (start again with {force})", work);
      }
    } catch (IOException e) {
      throw IoFailures.writing(work, e);
    }
  }

  /** Where the files are to be written until the commit. */
  public Path work() {
    return work;
  }

  /** The final directory. */
  public Path target() {
    return target;
  }

  /** As {@link #commit(String)} of a run without a record. */
  public Path commit() {
    return commit(LOCK_FILE);
  }

  /**
   * Gives the work its final name; the files in it must be complete and flushed. Lock and record
   * move along and are removed under the final name, so that no other run takes the work for its
   * own before.
   *
   * @param record the file by which a run knows unfinished work as its own; removed
   * @return the final directory
   * @throws PbqException if the rename fails; the old directory, if any, is then back in its place
   */
  public Path commit(String record) {
    if (closed) {
      throw new IllegalStateException(target + " has been closed");
    }
    try {
      AtomicFile.flushFolder(work);
      // Looked at again: much time may have passed since the start.
      boolean replaces = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
      if (replaces && !force && !(Files.isDirectory(target) && isEmpty(target))) {
        throw PbqException.usage(
            "output " + target + " has appeared meanwhile; the result is in " + work);
      }
      Path old = target.resolveSibling(target.getFileName() + OLD + UUID.randomUUID());
      if (replaces) {
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
      }
      moveOrRestore(replaces, old);
      committed = true;
      Files.deleteIfExists(target.resolve(record));
      Files.deleteIfExists(target.resolve(LOCK_FILE));
      releaseLock();
      AtomicFile.flushFolder(target.getParent());
      deleteReplaced(target);
      return target;
    } catch (IOException e) {
      throw IoFailures.writing(target, e);
    }
  }

  private void moveOrRestore(boolean replaces, Path old) throws IOException {
    try {
      Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (replaces) {
        Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      }
      throw e;
    }
  }

  /**
   * Deletes what the directory has replaced, now or in a run that was killed before it came to
   * that. It is in place; what is left of an old one does no harm but takes space.
   */
  private static void deleteReplaced(Path target) {
    Pattern old = Pattern.compile(Pattern.quote(target.getFileName() + OLD) + "[0-9a-f-]{36}");
    try (Stream<Path> siblings = Files.list(target.getParent())) {
      for (Path sibling : siblings.toList()) {
        if (old.matcher(sibling.getFileName().toString()).matches()) {
          FileTrees.delete(sibling);
        }
      }
    } catch (IOException e) {
      LOG.warn("a replaced directory of {} could not be removed: {}", target, IoFailures.reason(e));
    }
  }

  private void releaseLock() throws IOException {
    lock.close();
  }

  /** Gives the unfinished work up, whatever the mode: there is nothing in it worth resuming. */
  public void discard() {
    discarded = true;
  }

  /** Ends; without a commit, unfinished work is deleted or kept by the mode. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      releaseLock();
      if (!committed && (discarded || mode == Mode.DISCARD_UNFINISHED)) {
        FileTrees.delete(work);
      }
    } catch (IOException e) {
      throw IoFailures.writing(work, e);
    }
  }
}
