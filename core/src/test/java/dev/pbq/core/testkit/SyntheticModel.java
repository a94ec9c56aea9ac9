package dev.pbq.core.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small models with random weights, as folders without a tokenizer. */
public final class SyntheticModel {
  public static final int VOCABULARY = 61;
  private static final int HIDDEN = 16;

  private static final String LLAMA =
      """
      {"model_type": "llama", "hidden_act": "silu", "vocab_size": 61, "hidden_size": 16,
       "intermediate_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4,
       "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "max_position_embeddings": 64}
      """;
  private static final String OPT =
      """
      {"model_type": "opt", "vocab_size": 61, "hidden_size": 16, "ffn_dim": 24,
       "num_hidden_layers": 3, "num_attention_heads": 4, "max_position_embeddings": 64,
       "do_layer_norm_before": true}
      """;

  private SyntheticModel() {}

  /** A Llama of three blocks: hidden size 16, MLP 24, up to 64 positions. */
  public static ModelFolder llama(Path folder, long seed) throws IOException {
    return write(folder, LLAMA, seed);
  }

  /** The same with another number of blocks. */
  public static ModelFolder llama(Path folder, int blocks, long seed) throws IOException {
    return write(
        folder, LLAMA.replace("num_hidden_layers\": 3", "num_hidden_layers\": " + blocks), seed);
  }

  /** An OPT of the same size. */
  public static ModelFolder opt(Path folder, long seed) throws IOException {
    return write(folder, OPT, seed);
  }

  private static ModelFolder write(Path folder, String config, long seed) throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(config);
    CausalModel model = Architectures.of(json, "synthetic");
    Random random = new Random(seed);
    List<TensorGroup> groups = new ArrayList<>();
    for (String name : model.requiredTensors()) {
      groups.add(TensorGroup.of(tensor(model, name, random)));
    }
    Files.createDirectories(folder);
    CheckpointWriter.write(folder, groups, Map.of(), ShardSize.DEFAULT);
    Files.writeString(folder.resolve(ModelFolder.CONFIG), config);
    return ModelFolder.open(folder);
  }

  private static TensorEntry tensor(CausalModel model, String name, Random random) {
    boolean norm = name.matches(".*norm\\.(weight|bias)");
    if (name.endsWith(".bias")) {
      int size = norm ? HIDDEN : model.linearShape(name.replaceAll("\\.bias$", ""))[0];
      return normal(name, random, 0, 0.2, size);
    }
    if (norm) {
      return normal(name, random, 1, 0.2, HIDDEN);
    }
    int[] shape = model.linearShape(name.replaceAll("\\.weight$", ""));
    double deviation = name.contains("embed") ? 1 : 1 / Math.sqrt(shape[1]);
    return normal(name, random, 0, deviation, shape[0], shape[1]);
  }

  private static TensorEntry normal(
      String name, Random random, double mean, double deviation, long... shape) {
    int size = 1;
    for (long d : shape) {
      size *= (int) d;
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (mean + deviation * random.nextGaussian());
    }
    return TensorEntry.ofFloats(name, DType.F32, shape, values);
  }
}
