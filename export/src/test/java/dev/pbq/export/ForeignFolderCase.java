package dev.pbq.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder packed by another program's code, beside the weights that it stands for. */
public abstract class ForeignFolderCase {
  private final String resources;

  @TempDir protected Path folder;

  /**
   * A case.
   *
   * @param resources name of the folder's resources
   */
  protected ForeignFolderCase(String resources) {
    this.resources = resources;
  }

  @BeforeEach
  void copy() throws IOException {
    Files.createDirectory(folder.resolve("expected"));
    copy("config.json", "config.json");
    copy("model.safetensors", "model.safetensors");
    copy("expected.safetensors", "expected/model.safetensors");
  }

  private void copy(String name, String target) throws IOException {
    try (InputStream in =
        ForeignFolderCase.class.getResourceAsStream("/" + resources + "/" + name)) {
      Files.copy(in, folder.resolve(target));
    }
  }

  /** Writes the tensors again, one of them as zeros of another type and shape. */
  protected final void replace(String name, DType type, long... shape) {
    List<TensorEntry> entries = new ArrayList<>();
    try (Checkpoint stored = Checkpoint.open(folder)) {
      for (String other : stored.names()) {
        byte[] bytes = new byte[(int) stored.info(other).byteCount()];
        stored.bytes(other, 0, bytes.length).get(bytes);
        if (!other.equals(name)) {
          entries.add(
              TensorEntry.ofBytes(
                  other, stored.info(other).dtype(), stored.info(other).shape(), bytes));
        }
      }
    }
    long count = type.bytes();
    for (long d : shape) {
      count *= d;
    }
    entries.add(TensorEntry.ofBytes(name, type, shape, new byte[(int) count]));
    SafetensorsWriter.write(folder.resolve("model.safetensors"), entries, Map.of());
  }

  protected final ModelFolder changed(Consumer<ObjectNode> change) {
    ObjectNode config = ModelFolder.open(folder).config();
    change.accept((ObjectNode) config.get("quantization_config"));
    return new ModelFolder(folder, config);
  }

  protected static void readAll(ModelFolder model) {
    try (ModelWeights weights = Checkpoints.open(model)) {
      weights.names().forEach(weights::read);
    }
  }

  protected static void refused(ModelFolder model, String message) {
    assertThatThrownBy(() -> readAll(model))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContaining(message);
  }

  @Test
  void everyWeightIsTheOtherPrograms() {
    try (ModelWeights weights = Checkpoints.open(ModelFolder.open(folder));
        Checkpoint expected = Checkpoint.open(folder.resolve("expected"))) {
      assertThat(weights).isInstanceOf(PackedCheckpoint.class);
      assertThat(weights.names()).isEqualTo(expected.names()).isNotEmpty();
      for (String name : expected.names()) {
        assertThat(weights.shape(name)).isEqualTo(expected.shape(name));
        float[] read = weights.read(name);
        float[] wanted = expected.read(name);
        for (int i = 0; i < wanted.length; i++) {
          // Zeros of either sign are the same weight.
          assertThat(read[i] == wanted[i]).as("%s %d", name, i).isTrue();
        }
      }
    }
  }
}
