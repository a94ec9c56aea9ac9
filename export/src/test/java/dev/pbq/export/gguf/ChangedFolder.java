package dev.pbq.export.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** A model folder with another configuration, exported without a tokenizer. */
final class ChangedFolder {
  private ChangedFolder() {}

  /**
   * Exports it to {@code model.gguf}.
   *
   * @param work takes the folder and the file
   */
  static ExportReport export(Path source, Path work, Consumer<ObjectNode> change)
      throws IOException {
    ObjectNode config = ModelFolder.open(source).config();
    change.accept(config);
    Path folder = Files.createDirectories(work.resolve("source"));
    Files.writeString(folder.resolve("config.json"), config.toString());
    Path weights = folder.resolve("model.safetensors");
    if (!Files.exists(weights)) {
      Files.copy(source.resolve("model.safetensors"), weights);
    }
    return new GgufExporter()
        .export(
            new ExportRequest(
                ModelFolder.open(folder),
                work.resolve("model.gguf"),
                true,
                false,
                Map.of("no-tokenizer", "true")),
            ExportProgress.NONE);
  }
}
