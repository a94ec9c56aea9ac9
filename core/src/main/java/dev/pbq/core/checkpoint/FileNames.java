package dev.pbq.core.checkpoint;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Names of files that stand in other files or come from a server. */
public final class FileNames {
  private static final int MAX_LENGTH = 255;

  private FileNames() {}

  /** Whether it is the name of a file in a given folder, and of no other place. */
  public static boolean isPlain(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_LENGTH
        && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')
        && !name.startsWith("..")
        && isPath(name);
  }

  /** Whether the system can hold a file of this name or path at all, in its encoding of names. */
  public static boolean isPath(String name) {
    try {
      return !Path.of(name).toString().isEmpty();
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
