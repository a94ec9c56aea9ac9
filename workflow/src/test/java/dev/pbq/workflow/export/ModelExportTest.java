package dev.pbq.workflow.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.Model;
import dev.pbq.Pbq;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.testkit.SharedFolder;
import dev.pbq.eval.run.Running;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportedTensor;
import dev.pbq.workflow.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports describe the model that is run, and one that does not is found out. */
class ModelExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SAME = "run with 32 tokens: logits are those of the source";

  private final Pbq pbq = Pbq.local().withThreads(1);
  @TempDir private Path out;

  private JsonNode config(String folder) throws IOException {
    return JSON.readTree(out.resolve(folder).resolve("config.json").toFile());
  }

  @Test
  void tensorsThatTheModelDoesNotUseAreLeftOut() {
    Model model = pbq.model(SharedFolder.of("cases/bias-not-in-config").toString());
    ExportReport report = model.export("hf", out.resolve("hf"));
    assertThat(report.notes())
        .contains(SAME)
        .anyMatch(note -> note.startsWith("3 tensors of the source are no part of the model"));
    try (Checkpoint written = Checkpoint.open(out.resolve("hf"))) {
      assertThat(written.names()).hasSize(12).noneMatch(name -> name.endsWith(".bias"));
    }
  }

  @Test
  void ofTwoKindsOfRotaryPositionsTheOneThatIsRunIsWritten() throws IOException {
    Model model = pbq.model(SharedFolder.of("cases/rope-both").toString());
    ExportReport report = model.export("hf", out.resolve("hf"));
    assertThat(report.notes()).contains(SAME).anyMatch(note -> note.contains("rope_parameters"));
    assertThat(config("hf").has("rope_parameters")).isFalse();
    assertThat(config("hf").path("rope_scaling").path("factor").asDouble()).isEqualTo(4);
  }

  @Test
  void aHeadOfItsOwnIsSaidToBeOne() throws IOException {
    Path source = headOfItsOwn();
    Model packed =
        pbq.model(source.toString())
            .quantize(Recipe.of("rtn").set("bits", 4).set("groupsize", 32), out.resolve("packed"));
    for (Model model : List.of(pbq.model(source.toString()), packed)) {
      String name = model == packed ? "hf-packed" : "hf";
      assertThat(model.export("hf", out.resolve(name), false, Map.of("dtype", "f32")).notes())
          .contains(SAME);
      assertThat(config(name).path("tie_word_embeddings").asBoolean(true)).isFalse();
    }
  }

  /** A model whose configuration ties the head, beside a stored head of other values. */
  private Path headOfItsOwn() throws IOException {
    Path model = SharedFolder.of("models/stories260K");
    Path made = Files.createDirectory(out.resolve("own-head"));
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      List<TensorGroup> groups = new ArrayList<>();
      checkpoint.names().forEach(name -> groups.add(TensorGroup.of(checkpoint.entryOf(name))));
      float[] head = checkpoint.read("model.embed_tokens.weight");
      for (int i = 0; i < head.length; i++) {
        head[i] *= 1 + i % 3;
      }
      long[] shape = checkpoint.shape("model.embed_tokens.weight");
      groups.add(TensorGroup.of(TensorEntry.ofFloats("lm_head.weight", DType.F32, shape, head)));
      CheckpointWriter.write(made, groups, Map.of(), ShardSize.DEFAULT);
    }
    assertThat(ModelFolder.open(model).config().path("tie_word_embeddings").asBoolean()).isTrue();
    Files.copy(model.resolve("config.json"), made.resolve("config.json"));
    return made;
  }

  @Test
  void anExportThatIsAnotherModelIsFoundOut() throws IOException {
    Path source = SharedFolder.of("models/stories260K");
    Model model = pbq.model(source.toString());
    List<ExportedTensor> tensors = model.export("hf", out.resolve("hf")).tensors();
    assertThat(look(source, tensors)).containsExactly(SAME);

    changeConfig(c -> c.put("rms_norm_eps", 1e-4));
    assertThatThrownBy(() -> look(source, tensors))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("the export is another model than its source: logits of 32 tokens");
    changeConfig(c -> c.put("rms_norm_eps", 1e-5));
    assertThat(look(source, tensors)).containsExactly(SAME);

    changeWeight("model.layers.1.mlp.up_proj.weight");
    assertThatThrownBy(() -> look(source, tensors))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("model.layers.1.mlp.up_proj.weight, weight 7: the export's model");
  }

  private List<String> look(Path source, List<ExportedTensor> tensors) {
    ModelFolder folder = ModelFolder.open(source);
    return new LogitCheck(
            folder, Architectures.any(folder.config(), "source"), 32, Running.of(1, 1L << 30))
        .look(out.resolve("hf"), tensors);
  }

  private void changeConfig(UnaryOperator<ObjectNode> change) throws IOException {
    ObjectNode config = change.apply((ObjectNode) config("hf"));
    Files.writeString(out.resolve("hf/config.json"), config.toString());
  }

  private void changeWeight(String changed) {
    List<TensorGroup> groups = new ArrayList<>();
    try (Checkpoint written = Checkpoint.open(out.resolve("hf"))) {
      for (String name : written.names()) {
        float[] values = written.read(name);
        values[Math.min(7, values.length - 1)] += name.equals(changed) ? 0.01f : 0;
        groups.add(
            TensorGroup.of(TensorEntry.ofFloats(name, DType.F32, written.shape(name), values)));
      }
    }
    CheckpointWriter.write(out.resolve("hf"), groups, Map.of(), ShardSize.DEFAULT);
  }

  @Test
  void tokensBelowNoneAreRefused() {
    assertThatThrownBy(() -> new ModelExport(Running.of(1, 1), Optional.of(-1)))
        .hasMessageContaining("verifyLogits -1 is below 0");
  }
}
