package dev.pbq.export.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Role;
import dev.pbq.core.model.Rope;
import dev.pbq.export.ExportSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A model of the Llama family in GGUF's names: its hyper-parameters and its tensors. */
final class LlamaArchitecture {
  /** {@code general.architecture} by {@code model_type}; Mistral's models are llamas there. */
  private static final Map<String, String> NAMES =
      Map.of("llama", "llama", "mistral", "llama", "qwen2", "qwen2");

  private final String name;
  private final CausalModel model;
  private final ObjectNode config;
  private final Rope rope;
  private final TensorPlaces places;

  private LlamaArchitecture(String name, CausalModel model, ObjectNode config) {
    this.name = name;
    this.model = model;
    this.config = config;
    this.rope = model.rope().orElseThrow();
    this.places = new TensorPlaces(name, model);
  }

  /**
   * The architecture of a folder.
   *
   * @throws PbqException BAD_DATA if llama.cpp has none for it, or the configuration is wrong
   */
  static LlamaArchitecture of(ModelFolder folder) {
    String type = folder.modelType().orElse("unknown");
    String name = NAMES.get(type);
    if (name == null) {
      throw PbqException.badData(
          Wording.of(
              "%s: llama.cpp has no architecture for model_type '%s' that pbq can write (it can:"
                  + " llama, mistral, qwen2); {format} hf exports it dense",
              folder.path(), type));
    }
    ObjectNode config = folder.config();
    CausalModel model =
        Architectures.of(config, folder.path().resolve(ModelFolder.CONFIG).toString());
    requireKnownRope(folder, model.rope().orElseThrow());
    return new LlamaArchitecture(name, model, config);
  }

  /** The scalings that a file says by one number, or by a tensor of divisors. */
  private static void requireKnownRope(ModelFolder folder, Rope rope) {
    Rope.Scaling scaling = rope.scaling();
    boolean partial =
        Stream.of("", "rope_parameters", "rope_scaling")
            .map(key -> key.isEmpty() ? folder.config() : folder.config().path(key))
            .anyMatch(keys -> keys.path("partial_rotary_factor").asDouble(1) != 1);
    if (partial || !(scaling instanceof Rope.EachScaling)) {
      throw PbqException.badData(
          Wording.of(
              "%s: pbq writes no GGUF file with these rotary positions (%s); {format} hf exports"
                  + " the model dense",
              folder.path(),
              partial ? "partial_rotary_factor" : scaling.getClass().getSimpleName()));
    }
  }

  int vocabularySize() {
    return model.vocabularySize();
  }

  /** Whether a tensor has no place in the file: what the file computes itself, or a tied head. */
  boolean leavesOut(String tensor) {
    boolean tied = config.path("tie_word_embeddings").asBoolean(false);
    return tensor.endsWith("rotary_emb.inv_freq")
        || (tied && tensor.equals(model.layout().outer().head() + ".weight"));
  }

  /** Where the model's tensors go. */
  TensorPlaces places() {
    return places;
  }

  /**
   * Hyper-parameters.
   *
   * @return what could not be said
   */
  List<String> describe(ExportSource source, Metadata metadata) {
    AttentionShape shape = model.attention();
    metadata.putCount(name + ".block_count", model.blocks());
    metadata.putCount(name + ".context_length", model.maxPositions());
    metadata.putCount(name + ".embedding_length", model.hiddenSize());
    metadata.putCount(
        name + ".feed_forward_length",
        source.rows(model.layout().linear(0, Role.GATE).orElseThrow().weight()));
    metadata.putCount(name + ".attention.head_count", shape.heads());
    metadata.putCount(name + ".attention.head_count_kv", shape.keyValueHeads());
    metadata.putCount(name + ".attention.key_length", shape.headDim());
    metadata.putCount(name + ".attention.value_length", shape.headDim());
    metadata.putFloat(
        name + ".attention.layer_norm_rms_epsilon",
        (float) config.path("rms_norm_eps").asDouble(1e-6));
    metadata.putCount(name + ".rope.dimension_count", shape.headDim());
    metadata.putFloat(name + ".rope.freq_base", (float) rope.theta());
    metadata.putCount(name + ".vocab_size", model.vocabularySize());
    putScaling(metadata);
    return slidingWindow();
  }

  private void putScaling(Metadata metadata) {
    Rope.Scaling scaling = rope.scaling();
    if (scaling instanceof Rope.Interpolation interpolation) {
      metadata.putString(name + ".rope.scaling.type", "linear");
      metadata.putFloat(name + ".rope.scaling.factor", (float) interpolation.factor());
    } else if (!(scaling instanceof Rope.None || scaling instanceof Rope.Llama3)) {
      throw new IllegalStateException("no GGUF key says " + scaling);
    }
  }

  /** The value of {@code general.architecture}. */
  String name() {
    return name;
  }

  /**
   * Divisors of the rotary frequencies, [headDim / 2], where Llama 3.1's scaling is in force: the
   * tensor {@code rope_freqs.weight}.
   */
  Optional<float[]> ropeDivisors() {
    if (!(rope.scaling() instanceof Rope.Llama3 scaling)) {
      return Optional.empty();
    }
    int width = model.attention().headDim();
    float[] divisors = new float[width / 2];
    for (int i = 0; i < divisors.length; i++) {
      divisors[i] = (float) scaling.divisor(rope.wavelength(i, width));
    }
    return Optional.of(divisors);
  }

  private List<String> slidingWindow() {
    List<String> notes = new ArrayList<>();
    boolean used =
        config.path("model_type").asText().equals("mistral")
            || config.path("use_sliding_window").asBoolean(false);
    int window = config.path("sliding_window").asInt(0);
    if (used && window > 0 && window < model.maxPositions()) {
      notes.add(
          "the file cannot say that attention reaches back "
              + window
              + " tokens only: beyond that length the results differ");
    }
    return notes;
  }
}
