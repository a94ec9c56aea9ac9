package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Turns I/O exceptions into {@link PbqException}s with a message for users. */
final class IoFailures {
  private IoFailures() {}

  /** A failure to write to {@code path}: RESOURCES if the disk is full, else what fits best. */
  static PbqException writing(Path path, IOException cause) {
    String reason = reason(cause);
    Optional<Path> file = fileAmongParents(path);
    if (file.isPresent()) {
      return new PbqException(
          PbqException.Kind.USAGE,
          "cannot write " + path + ": " + file.get() + " is a file, not a folder",
          cause);
    }
    if (cause instanceof NoSuchFileException || cause instanceof NotDirectoryException) {
      return new PbqException(
          PbqException.Kind.NOT_FOUND,
          "cannot write " + path + ": its folder does not exist",
          cause);
    }
    if (cause instanceof AccessDeniedException) {
      return new PbqException(
          PbqException.Kind.USAGE, "cannot write " + path + ": permission denied", cause);
    }
    if (cause instanceof ClosedByInterruptException) {
      return PbqException.resources("interrupted while writing " + path, cause);
    }
    if (isDiskFull(reason)) {
      return PbqException.resources("the disk is full: cannot write " + path, cause);
    }
    return PbqException.resources("cannot write " + path + ": " + reason, cause);
  }

  /** The parent of a path that is a file, so that nothing can be below it. */
  private static Optional<Path> fileAmongParents(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
    while (parent != null && !Files.exists(parent)) {
      parent = parent.getParent();
    }
    return Optional.ofNullable(parent).filter(p -> !Files.isDirectory(p));
  }

  /** What went wrong, in one line, without the path that file system exceptions repeat. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof CharacterCodingException) {
      return "not valid UTF-8";
    }
    String text = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return TensorNames.printable(text == null ? e.getClass().getSimpleName() : text);
  }

  private static boolean isDiskFull(String reason) {
    String text = reason.toLowerCase(Locale.ROOT);
    return text.contains("no space left")
        || text.contains("not enough space")
        || text.contains("quota exceeded");
  }
}
