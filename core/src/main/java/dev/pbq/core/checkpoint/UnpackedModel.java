package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a folder of a file that holds a whole model: configuration and tokenizer in a temporary
 * folder, named like the file so that messages name it; the weights stay in the file. The folder is
 * removed when the process ends.
 */
final class UnpackedModel {
  private static final Logger LOG = LoggerFactory.getLogger(UnpackedModel.class);

  private UnpackedModel() {}

  /**
   * Unpacks a file.
   *
   * @param tokenizer a folder whose tokenizer is used in place of the file's
   * @return the folder
   * @throws PbqException as {@link ModelFileFormat#unpack}; NOT_FOUND if {@code tokenizer} holds
   *     none; RESOURCES if there is no room
   */
  static Path of(ModelFileFormat format, Path file, Optional<Path> tokenizer) {
    TemporaryFolder root;
    try {
      root = TemporaryFolder.create(format.name());
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot make a temporary folder for " + file + ": " + IoFailures.reason(e), e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root), "pbq-remove-unpacked"));
    try {
      Path folder = Files.createDirectory(root.path().resolve(file.getFileName()));
      format.unpack(file.toAbsolutePath().normalize(), folder);
      if (tokenizer.isPresent()) {
        OtherTokenizer.put(tokenizer.get(), folder);
      }
      return folder;
    } catch (IOException e) {
      delete(root);
      throw IoFailures.writing(root.path(), e);
    } catch (RuntimeException | Error e) {
      delete(root);
      throw e;
    }
  }

  private static void delete(TemporaryFolder root) {
    try {
      root.close();
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", root.path(), IoFailures.reason(e));
    }
  }
}
