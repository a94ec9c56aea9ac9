package dev.pbq.eval.run;

import dev.pbq.core.Amounts;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.eval.distance.CacheHeader;
import dev.pbq.eval.distance.ReferenceCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file that the reference's log-probabilities go through: one that the user keeps, or a scratch
 * file that is deleted when this is closed.
 *
 * @param kept whether it is the user's
 */
record ReferenceFile(Path path, boolean kept) implements AutoCloseable {
  /**
   * The user's file, or a new scratch file.
   *
   * @throws PbqException RESOURCES if no scratch file can be created
   */
  static ReferenceFile of(Optional<Path> kept, Path scratch) {
    if (kept.isPresent()) {
      return new ReferenceFile(kept.get(), true);
    }
    try {
      return new ReferenceFile(Files.createTempFile(scratch, "pbq-reference-", ".logp"), false);
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot create a scratch file in " + scratch + ": " + e.getMessage(), e);
    }
  }

  /**
   * Whether the file already holds the log-probabilities that are needed.
   *
   * @throws PbqException USAGE if it holds something else; BAD_DATA if it is broken
   */
  boolean isUsable(CacheHeader header) {
    return kept && ReferenceCache.isUsable(path, header);
  }

  /**
   * Checks that the disk has room.
   *
   * @throws PbqException RESOURCES if it has not; NOT_FOUND if the folder does not exist
   */
  void requireRoom(CacheHeader header) {
    Path folder = path.toAbsolutePath().getParent();
    long bytes = ReferenceCache.fileBytes(header);
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < bytes) {
        throw new PbqException(
            PbqException.Kind.RESOURCES,
            Wording.of(
                "no room for the reference's log-probabilities in %s: %s needed, %s free; {limit}"
                    + " measures fewer windows, {cache} names another place",
                folder, Amounts.bytes(bytes), Amounts.bytes(free)));
      }
    } catch (IOException e) {
      throw new PbqException(
          PbqException.Kind.NOT_FOUND, "cannot write " + path + ": its folder does not exist", e);
    }
  }

  @Override
  public void close() {
    if (kept) {
      return;
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot delete the scratch file " + path + ": " + e.getMessage(), e);
    }
  }
}
