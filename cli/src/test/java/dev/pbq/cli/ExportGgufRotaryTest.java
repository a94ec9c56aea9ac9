package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where the two halves of a head go, and what rotary embeddings become, in GGUF files of models
 * made for it.
 */
class ExportGgufRotaryTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private GgufFile export(Object model, Object... more) throws IOException {
    return GgufFile.export(model, folder.resolve("model.gguf"), more);
  }

  /** A model of two heads of width 4 with biases, whose values tell where they come from. */
  private Path biased(String type, String more) throws IOException {
    Path model = Files.createDirectories(folder.resolve(type));
    String json =
        """
        {"model_type": "%s", "vocab_size": 5, "hidden_size": 8, "intermediate_size": 32,
         "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
         "rms_norm_eps": 1e-5, "max_position_embeddings": 64, "tie_word_embeddings": true%s}
        """
            .formatted(type, more);
    Files.writeString(model.resolve("config.json"), json);
    List<TensorGroup> groups = new ArrayList<>();
    for (String name : Architectures.of(JSON.readTree(json), "test").requiredTensors()) {
      long[] shape = shape(name);
      float[] values = new float[(int) (shape[0] * (shape.length > 1 ? shape[1] : 1))];
      for (int i = 0; i < values.length; i++) {
        values[i] = i;
      }
      groups.add(TensorGroup.of(TensorEntry.ofFloats(name, DType.F32, shape, values)));
    }
    CheckpointWriter.write(model, groups, Map.of(), ShardSize.DEFAULT);
    return model;
  }

  private static long[] shape(String name) {
    long rows = name.matches(".*(k|v)_proj.*") ? 4 : name.matches(".*(gate|up)_proj.*") ? 32 : 8;
    if (name.contains("embed_tokens")) {
      return new long[] {5, 8};
    }
    return name.endsWith("_proj.weight")
        ? new long[] {rows, name.contains("down_proj") ? 32 : 8}
        : new long[] {rows};
  }

  @Test
  void biasesChangePlacesWithTheirRowsInTheLlamaArchitectureAlone() throws IOException {
    GgufFile llama = export(biased("llama", ", \"attention_bias\": true"), "--no-tokenizer");
    assertThat(llama.weights("blk.0.attn_q.bias")).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
    assertThat(llama.weights("blk.0.attn_k.bias")).containsExactly(0, 2, 1, 3);
    assertThat(llama.weights("blk.0.attn_v.bias")).containsExactly(0, 1, 2, 3);
    assertThat(llama.weights("blk.0.attn_q.weight")).startsWith(0, 1, 2, 3, 4, 5, 6, 7, 16, 17);
    assertThat(llama.tensors).doesNotContainKey("output.weight");

    GgufFile qwen = export(biased("qwen2", ""), "--no-tokenizer");
    assertThat(qwen.keys)
        .containsEntry("general.architecture", "qwen2")
        .containsEntry("qwen2.attention.head_count_kv", 1);
    assertThat(qwen.weights("blk.0.attn_q.bias")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
  }

  /** Frequencies 1 and 1/100: wavelengths 6.3 and 628 of 64 positions. */
  @Test
  void scaledFrequenciesBecomeATensor() throws IOException {
    GgufFile file =
        export(
            biased(
                "llama",
                ", \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0,"
                    + " \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
                    + " \"original_max_position_embeddings\": 64}"),
            "--no-tokenizer");
    assertThat(file.weights("rope_freqs.weight")).containsExactly(1f, 8f);
    GgufFile linear =
        export(
            biased(
                "mistral",
                ", \"sliding_window\": null, \"rope_scaling\":"
                    + " {\"type\": \"linear\", \"factor\": 2.0}"),
            "--no-tokenizer");
    assertThat(linear.keys)
        .containsEntry("general.architecture", "llama")
        .containsEntry("llama.rope.scaling.type", "linear")
        .containsEntry("llama.rope.scaling.factor", 2f);
  }
}
