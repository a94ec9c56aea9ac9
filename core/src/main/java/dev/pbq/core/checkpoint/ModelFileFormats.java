package dev.pbq.core.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The formats of files that hold a whole model.
 *
 * @param all the formats, the first of which wins where several fit
 */
record ModelFileFormats(List<ModelFileFormat> all) {
  ModelFileFormats {
    all = List.copyOf(all);
  }

  /** Those on the class path. */
  static ModelFileFormats load() {
    return new ModelFileFormats(
        ServiceLoader.load(ModelFileFormat.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  /** The format of a {@code quant_method}. */
  Optional<ModelFileFormat> named(String method) {
    return all.stream().filter(format -> format.name().equals(method)).findFirst();
  }

  /** The format of a file. */
  Optional<ModelFileFormat> of(Path file) {
    return all.stream().filter(format -> format.recognizes(file)).findFirst();
  }
}
