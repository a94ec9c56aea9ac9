package dev.pbq.hub;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A repository's folder in the cache: {@code blobs/<etag>} hold contents, {@code
 * snapshots/<commit>/<path>} link to them, {@code refs/<revision>} name commits (huggingface_hub,
 * guide "Understand caching").
 */
final class CachedRepository {
  private static final Logger LOG = LoggerFactory.getLogger(CachedRepository.class);

  private final Path folder;

  CachedRepository(Path cache, Repository repository) {
    this.folder = cache.resolve(repository.folderName());
  }

  /**
   * Where blobs are; made if need be.
   *
   * @throws PbqException RESOURCES if it cannot be made
   */
  Path blobs() {
    return directory(folder.resolve("blobs"));
  }

  /** Where the files of a commit are, there or not. */
  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  /**
   * Makes a file of a snapshot stand for a blob: a relative link, or a copy where the file system
   * has no links.
   */
  void link(String commit, String path, Path blob) {
    Path file = snapshot(commit).resolve(path);
    Path parent = directory(file.getParent());
    Path temporary = parent.resolve("." + UUID.randomUUID() + ".pbq-tmp");
    try {
      if (Files.exists(file) && Files.isSameFile(file, blob)) {
        return;
      }
      if (isLinked(file, parent.relativize(blob))) {
        return;
      }
      linkOrCopy(temporary, parent.relativize(blob), blob);
      try {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw PbqException.resources("cannot write " + file + ": " + Retries.reason(e), e);
    }
  }

  /** Makes a link where nothing is: it appears at once, and a kill leaves nothing else. */
  private static boolean isLinked(Path file, Path target) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try {
      Files.createSymbolicLink(file, target);
      return true;
    } catch (UnsupportedOperationException | IOException e) {
      LOG.debug("{} cannot be made a link: {}", file, e.toString());
      return false;
    }
  }

  /** File systems refuse links in several ways, some of which look like trouble with the disk. */
  private static void linkOrCopy(Path file, Path target, Path blob) throws IOException {
    try {
      Files.createSymbolicLink(file, target);
    } catch (UnsupportedOperationException | IOException noLink) {
      LOG.info("{} is copied: no link can be made ({})", blob, noLink.getMessage());
      try {
        Files.copy(blob, file, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        e.addSuppressed(noLink);
        Files.deleteIfExists(file);
        throw e;
      }
    }
  }

  /** Notes which commit a branch, tag or pull request is at. */
  void setRef(String revision, String commit) {
    if (revision.equals(commit)) {
      return;
    }
    Path ref = folder.resolve("refs").resolve(revision);
    directory(ref.getParent());
    AtomicFile.write(ref, commit.getBytes(StandardCharsets.US_ASCII));
  }

  private static Path directory(Path path) {
    try {
      return Files.createDirectories(path);
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot make the folder " + path + " of the hub cache: " + Retries.reason(e), e);
    }
  }
}
