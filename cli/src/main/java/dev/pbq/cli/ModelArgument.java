package dev.pbq.cli;

import dev.pbq.core.checkpoint.ModelResolver;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.tiny.TinyModel;
import java.util.Map;
import picocli.CommandLine.Parameters;

/** The MODEL that a command works on. */
final class ModelArgument {
  static final String TINY = "tiny";

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A Hugging Face folder, a folder that pbq wrote, a hub id (org/name[@revision]) in the"
              + " local hub cache, an alias such as llama-7b, or tiny.")
  private String model;

  /** Finds the model's folder. */
  ResolvedModel resolve() {
    return resolve(model);
  }

  /** Finds a model's folder by what the user calls it. */
  static ResolvedModel resolve(String model) {
    return new ModelResolver(
            Map.of(TINY, () -> TinyModel.unpack(TinyModel.defaultCacheDir())), System.getenv())
        .resolve(model);
  }
}
