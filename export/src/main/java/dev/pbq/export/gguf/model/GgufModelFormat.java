package dev.pbq.export.gguf.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.FileWeights;
import dev.pbq.core.checkpoint.JsonFiles;
import dev.pbq.core.checkpoint.ModelFileFormat;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.export.gguf.family.FileArchitecture;
import dev.pbq.export.gguf.family.FileArchitectures;
import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.token.TokenizerParts;
import java.nio.file.Path;

/** GGUF files as models. */
public final class GgufModelFormat implements ModelFileFormat {
  static final String NAME = "gguf";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "GGUF";
  }

  @Override
  public boolean recognizes(Path file) {
    return GgufFile.isGguf(file);
  }

  @Override
  public void unpack(Path file, Path folder) {
    try (GgufFile opened = GgufFile.open(file)) {
      FileArchitecture architecture = FileArchitectures.of(opened.metadata());
      ObjectNode config = ModelConfigs.of(opened, architecture);
      // What the family does not know is found before anything runs.
      CausalModel model = Architectures.of(config, file.toString());
      TensorViews.of(opened, architecture, model);
      JsonFiles.write(folder.resolve(ModelFolder.CONFIG), config);
      TokenizerParts.write(opened.metadata(), config.path("model_type").asText(), folder);
    }
  }

  @Override
  public FileWeights open(ModelFolder folder) {
    Path file =
        folder
            .weightFile()
            .orElseThrow(
                () ->
                    PbqException.badData(
                        folder.path() + ": its configuration names no GGUF file; give the file"));
    GgufFile opened = GgufFile.open(file);
    try {
      FileArchitecture architecture = FileArchitectures.of(opened.metadata());
      CausalModel model = Architectures.of(ModelConfigs.of(opened, architecture), file.toString());
      return new GgufWeights(opened, this, architecture, model);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }
}
