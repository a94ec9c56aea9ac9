package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.testkit.LogCapture;
import dev.pbq.core.testkit.SyntheticModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFactsTest {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final int HIDDEN = 16;

  @TempDir private Path temporary;
  private Path folder;
  private final Map<String, float[]> tensors = new HashMap<>();

  @BeforeEach
  void model() throws IOException {
    folder = temporary.resolve("model");
    SyntheticModel.llama(folder, 1, 7);
    try (Checkpoint weights = Checkpoint.open(folder)) {
      weights.names().forEach(name -> tensors.put(name, weights.read(name)));
    }
  }

  /** Writes the model again with changed tensors; those that are matrices of the hidden size. */
  private void rewrite() {
    List<TensorGroup> groups = new ArrayList<>();
    tensors.forEach(
        (name, values) -> {
          boolean table = name.equals(HEAD) || name.equals(EMBEDDING);
          groups.add(
              TensorGroup.of(
                  TensorEntry.ofFloats(name, DType.F32, shape(name, values, table), values)));
        });
    CheckpointWriter.write(folder, groups, Map.of(), ShardSize.DEFAULT);
  }

  private static long[] shape(String name, float[] values, boolean table) {
    if (table) {
      return new long[] {values.length / HIDDEN, HIDDEN};
    }
    boolean vector = name.endsWith("norm.weight") || name.endsWith(".bias");
    int cols = name.contains("down_proj") ? 24 : HIDDEN;
    return vector ? new long[] {values.length} : new long[] {values.length / cols, cols};
  }

  private void config(String key, String value) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Path file = folder.resolve(ModelFolder.CONFIG);
    ObjectNode config = (ObjectNode) json.readTree(file.toFile());
    config.set(key, json.readTree(value));
    json.writeValue(file.toFile(), config);
  }

  private CausalModel architecture() {
    return Architectures.of(ModelFolder.open(folder).config(), "m");
  }

  private List<String> told() {
    try (LogCapture log = LogCapture.of("dev.pbq.core");
        Checkpoint weights = Checkpoint.open(folder)) {
      CausalModel model = architecture();
      model.requireTensors(weights, "m");
      ModelFacts.of(ModelFolder.open(folder), weights, model.layout()).tell();
      return log.warnings();
    }
  }

  @Test
  void aSoundModelGivesNoWarning() throws IOException {
    assertThat(told()).isEmpty();
    config("architectures", "[\"LlamaForCausalLM\"]");
    assertThat(told()).isEmpty();
  }

  @Test
  void aTiedHeadOfOtherValuesIsTold() throws IOException {
    config("tie_word_embeddings", "true");
    assertThat(told()).singleElement().asString().contains("tie_word_embeddings", HEAD, "latter");
    tensors.put(HEAD, tensors.get(EMBEDDING));
    rewrite();
    assertThat(told()).isEmpty();
  }

  @Test
  void biasesThatNothingSwitchesOnAreToldInOneLine() throws IOException {
    for (String linear : List.of("self_attn.q_proj", "self_attn.o_proj")) {
      tensors.put("model.layers.0." + linear + ".bias", new float[HIDDEN]);
    }
    tensors.put("model.layers.0.self_attn.k_proj.bias", new float[8]);
    tensors.put("model.layers.0.self_attn.v_proj.bias", new float[8]);
    rewrite();
    assertThat(told())
        .singleElement()
        .asString()
        .contains("biases of linear layers (4, ", "k_proj.bias", "config.json counts");
    config("attention_bias", "true");
    assertThat(told()).isEmpty();
  }

  @Test
  void aClassOfAnotherFamilyIsTold() throws IOException {
    config("architectures", "[\"Qwen2ForCausalLM\"]");
    assertThat(told()).singleElement().asString().contains("llama", "Qwen2ForCausalLM");
  }

  @Test
  void tensorsOfOtherTypesAreLeftOutUnlessTheModelNeedsThem() throws IOException {
    List<TensorGroup> groups = new ArrayList<>();
    groups.add(TensorGroup.of(TensorEntry.ofBytes("extra", DType.U8, new long[] {3}, new byte[3])));
    try (Checkpoint weights = Checkpoint.open(folder)) {
      weights.names().forEach(name -> groups.add(TensorGroup.of(weights.entryOf(name))));
      CheckpointWriter.write(folder, WeightFiles.PACKED, groups, Map.of(), ShardSize.DEFAULT);
    }
    Files.delete(folder.resolve(WeightFiles.DENSE.single()));
    retype("\"U8\"", "\"F4\"");
    assertThat(told()).singleElement().asString().contains("F4", "extra", "left out");
    retype("\"F32\"", "\"U32\"");
    assertThatThrownBy(this::told)
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("U32, which pbq does not read");
  }

  private void retype(String from, String to) throws IOException {
    Path file = folder.resolve(WeightFiles.PACKED.single());
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    Files.writeString(file, bytes.replace(from, to), StandardCharsets.ISO_8859_1);
  }

  @Test
  void paddingThatIsNoNumberIsToldAndLeftOut() {
    int padded = SyntheticModel.VOCABULARY - 4;
    tensors.get(EMBEDDING)[(padded + 2) * HIDDEN + 5] = Float.NaN;
    rewrite();
    try (LogCapture log = LogCapture.of(ModelFacts.class);
        NDManager manager = Engines.newManager();
        Checkpoint weights = Checkpoint.open(folder)) {
      CausalModel model = architecture();
      assertThatThrownBy(() -> model.embedding(manager, weights).close())
          .hasMessageContaining(EMBEDDING + " holds NaN");
      ModelFacts.tellVocabulary("m", SyntheticModel.VOCABULARY, model, weights);
      assertThat(log.warnings()).isEmpty();
      ModelFacts.tellVocabulary("m", padded, model, weights);
      assertThat(log.warnings()).singleElement().asString().contains(EMBEDDING, "from 57 on");
      try (TokenEmbedding embedding = model.embedding(manager, weights)) {
        embedding.embed(manager, new int[][] {{0, padded - 1, padded}}).close();
        assertThatThrownBy(() -> embedding.embed(manager, new int[][] {{0, padded + 2}}))
            .hasMessageContaining(EMBEDDING + " holds NaN at [59, 5]");
      }
    }
  }

  @Test
  void tokensThatTheModelLacksAreTold() {
    try (LogCapture log = LogCapture.of(ModelFacts.class);
        Checkpoint weights = Checkpoint.open(folder)) {
      ModelFacts.tellVocabulary("m", 100, architecture(), weights);
      assertThat(log.warnings()).singleElement().asString().contains("100", "61", "vocab_size");
    }
  }
}
