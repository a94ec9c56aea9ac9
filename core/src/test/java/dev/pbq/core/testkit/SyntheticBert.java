package dev.pbq.core.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A small BERT for sequence classification with random weights and a WordPiece vocabulary, as a
 * folder: two blocks, hidden size 32, two labels.
 */
public final class SyntheticBert {
  private static final List<String> WORDS =
      List.of("a", "film", "good", "bad", "the", "plot", "act", "##ing", "##or", "is", ".", "very");
  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
  private static final int HIDDEN = 32;

  private static final String CONFIG =
      """
      {"model_type": "bert", "architectures": ["BertForSequenceClassification"],
       "vocab_size": 17, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
       "num_attention_heads": 4, "max_position_embeddings": 64, "type_vocab_size": 2,
       "hidden_act": "gelu", "layer_norm_eps": 1e-12, "pad_token_id": 0,
       "id2label": {"0": "negative", "1": "positive"}}
      """;

  private SyntheticBert() {}

  /** With the names of Hugging Face's checkpoints. */
  public static ModelFolder write(Path folder, long seed) throws IOException {
    return write(folder, seed, name -> name);
  }

  /**
   * Writes a folder.
   *
   * @param stored makes the name under which a tensor is stored of its usual one
   */
  public static ModelFolder write(Path folder, long seed, UnaryOperator<String> stored)
      throws IOException {
    TransformerModel model = Architectures.any(new ObjectMapper().readTree(CONFIG), "synthetic");
    Random random = new Random(seed);
    List<TensorGroup> groups = new ArrayList<>();
    for (String name : model.requiredTensors()) {
      groups.add(TensorGroup.of(tensor(model, name, stored.apply(name), random)));
    }
    Files.createDirectories(folder);
    CheckpointWriter.write(folder, groups, Map.of(), ShardSize.DEFAULT);
    Files.writeString(folder.resolve(ModelFolder.CONFIG), CONFIG);
    List<String> vocabulary = new ArrayList<>(SPECIAL);
    vocabulary.addAll(WORDS);
    Files.write(folder.resolve("vocab.txt"), vocabulary);
    return ModelFolder.open(folder);
  }

  /** Random sentences of 1 to {@code longest} words of the vocabulary. */
  public static List<String> sentences(int count, int longest, long seed) {
    Random random = new Random(seed);
    List<String> sentences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sentences.add(
          random
              .ints(1 + random.nextInt(longest), 0, WORDS.size())
              .mapToObj(w -> WORDS.get(w).replace("##", "act"))
              .collect(Collectors.joining(" ")));
    }
    return sentences;
  }

  private static TensorEntry tensor(
      TransformerModel model, String name, String stored, Random random) {
    if (name.contains("LayerNorm")) {
      return normal(stored, random, name.endsWith(".weight") ? 1 : 0, 0.2, HIDDEN);
    }
    int[] shape = model.linearShape(name.replaceAll("\\.(weight|bias)$", ""));
    if (name.endsWith(".bias")) {
      return normal(stored, random, 0, 0.05, shape[0]);
    }
    double deviation = name.contains("embeddings") ? 1 : 1.5 / Math.sqrt(shape[1]);
    return normal(stored, random, 0, deviation, shape[0], shape[1]);
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
