package dev.pbq.export.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.CausalModel;
import dev.pbq.export.ExportSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a model of the Llama family is called in GGUF: its hyper-parameters and its tensors. */
final class LlamaArchitecture {
  /** {@code general.architecture} by {@code model_type}; Mistral's models are llamas there. */
  private static final Map<String, String> NAMES =
      Map.of("llama", "llama", "mistral", "llama", "qwen2", "qwen2");

  private static final Pattern LAYER =
      Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)\\.(weight|bias)");

  private static final Map<String, String> PARTS =
      Map.of(
          "input_layernorm", "attn_norm",
          "self_attn.q_proj", "attn_q",
          "self_attn.k_proj", "attn_k",
          "self_attn.v_proj", "attn_v",
          "self_attn.o_proj", "attn_output",
          "post_attention_layernorm", "ffn_norm",
          "mlp.gate_proj", "ffn_gate",
          "mlp.up_proj", "ffn_up",
          "mlp.down_proj", "ffn_down");

  private static final Map<String, String> OUTSIDE =
      Map.of(
          "model.embed_tokens.weight", "token_embd.weight",
          "model.norm.weight", "output_norm.weight",
          "lm_head.weight", "output.weight");

  private final String name;
  private final CausalModel model;
  private final ObjectNode config;
  private final boolean tiedHead;

  private LlamaArchitecture(String name, CausalModel model, ObjectNode config) {
    this.name = name;
    this.model = model;
    this.config = config;
    this.tiedHead = config.path("tie_word_embeddings").asBoolean(false);
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
    return new LlamaArchitecture(name, model, config);
  }

  int vocabularySize() {
    return model.vocabularySize();
  }

  /** Whether a tensor has no place in the file: what the file computes itself, or a tied head. */
  boolean leavesOut(String tensor) {
    return tensor.endsWith("rotary_emb.inv_freq") || (tiedHead && tensor.equals("lm_head.weight"));
  }

  /**
   * A tensor's name in the file.
   *
   * @throws PbqException BAD_DATA if there is no place for it
   */
  String nameOf(String tensor) {
    String outside = OUTSIDE.get(tensor);
    if (outside != null) {
      return outside;
    }
    Matcher m = LAYER.matcher(tensor);
    String part = m.matches() ? PARTS.get(m.group(2)) : null;
    if (part == null) {
      throw PbqException.badData(
          "tensor " + tensor + " has no place in a GGUF file of architecture " + name);
    }
    return "blk." + m.group(1) + "." + part + "." + m.group(3);
  }

  /** Whether a tensor is the weight of one of a block's linears. */
  boolean isLinear(String tensor) {
    return tensor.endsWith("_proj.weight");
  }

  /** Heads of a tensor whose rows change places; 0 if they stay. */
  int permutedHeads(String tensor) {
    if (!name.equals("llama")) {
      return 0;
    }
    AttentionShape shape = model.attention();
    if (tensor.contains(".self_attn.q_proj.")) {
      return shape.heads();
    }
    return tensor.contains(".self_attn.k_proj.") ? shape.keyValueHeads() : 0;
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
        name + ".feed_forward_length", source.rows("model.layers.0.mlp.gate_proj.weight"));
    metadata.putCount(name + ".attention.head_count", shape.heads());
    metadata.putCount(name + ".attention.head_count_kv", shape.keyValueHeads());
    metadata.putCount(name + ".attention.key_length", shape.headDim());
    metadata.putCount(name + ".attention.value_length", shape.headDim());
    metadata.putFloat(
        name + ".attention.layer_norm_rms_epsilon",
        (float) config.path("rms_norm_eps").asDouble(1e-6));
    metadata.putCount(name + ".rope.dimension_count", shape.headDim());
    metadata.putFloat(name + ".rope.freq_base", (float) theta());
    metadata.putCount(name + ".vocab_size", model.vocabularySize());
    if (scalingKind().equals("linear")) {
      metadata.putString(name + ".rope.scaling.type", "linear");
      metadata.putFloat(name + ".rope.scaling.factor", (float) scaling().path("factor").asDouble());
    }
    return slidingWindow();
  }

  /** The value of {@code general.architecture}. */
  String name() {
    return name;
  }

  private double theta() {
    double theta = config.path("rope_theta").asDouble(10000);
    return config.path("rope_parameters").path("rope_theta").asDouble(theta);
  }

  private JsonNode scaling() {
    JsonNode parameters = config.path("rope_parameters");
    return parameters.isObject() ? parameters : config.path("rope_scaling");
  }

  private String scalingKind() {
    JsonNode scaling = scaling();
    return scaling.path("rope_type").asText(scaling.path("type").asText("default"));
  }

  /**
   * Divisors of the rotary frequencies, [headDim / 2], where Llama 3.1's scaling is in force: the
   * tensor {@code rope_freqs.weight}.
   */
  Optional<float[]> ropeDivisors() {
    if (!scalingKind().equals("llama3")) {
      return Optional.empty();
    }
    JsonNode scaling = scaling();
    double factor = scaling.path("factor").asDouble();
    double lowFactor = scaling.path("low_freq_factor").asDouble();
    double highFactor = scaling.path("high_freq_factor").asDouble();
    double positions = scaling.path("original_max_position_embeddings").asDouble();
    int width = model.attention().headDim();
    float[] divisors = new float[width / 2];
    for (int i = 0; i < divisors.length; i++) {
      double wavelength = 2 * Math.PI * Math.pow(theta(), 2.0 * i / width);
      double divisor = 1;
      if (wavelength > positions / lowFactor) {
        divisor = factor;
      } else if (wavelength >= positions / highFactor) {
        double smooth = (positions / wavelength - lowFactor) / (highFactor - lowFactor);
        divisor = 1 / ((1 - smooth) / factor + smooth);
      }
      divisors[i] = (float) divisor;
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
