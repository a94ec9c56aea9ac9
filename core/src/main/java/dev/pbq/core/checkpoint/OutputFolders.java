package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Folders that results are put into. */
public final class OutputFolders {
  private OutputFolders() {}

  /**
   * Makes a folder and its parents, unless they exist.
   *
   * @return the folder
   * @throws PbqException USAGE if a file is in the way, or the permission is lacking; RESOURCES if
   *     the disk is full
   */
  public static Path create(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw new PbqException(
          PbqException.Kind.USAGE,
          "cannot make the folder " + folder + ": there is a file of this name",
          e);
    } catch (IOException e) {
      throw IoFailures.writing(folder, e);
    }
  }

  /**
   * As {@link #create(Path)}, with the setting that names the folder in the message.
   *
   * @param setting its name, in camel case
   */
  public static Path create(String setting, Path folder) {
    try {
      return create(folder);
    } catch (PbqException e) {
      throw new PbqException(e.kind(), Wording.of("%s: %s", Wording.name(setting), e.wording()), e);
    }
  }

  /**
   * Checks that a file can be written, before the work that it is for.
   *
   * @throws PbqException NOT_FOUND if its folder does not exist; USAGE if it is no folder, or the
   *     file is one
   */
  public static void requireWritable(Path file) {
    Path parent = file.toAbsolutePath().normalize().getParent();
    if (parent == null || Files.isDirectory(file)) {
      throw PbqException.usage("cannot write " + file + ": it is a folder");
    }
    if (!Files.exists(parent)) {
      throw IoFailures.writing(file, new NoSuchFileException(file.toString()));
    }
    if (!Files.isDirectory(parent)) {
      throw IoFailures.writing(file, new NotDirectoryException(parent.toString()));
    }
  }
}
