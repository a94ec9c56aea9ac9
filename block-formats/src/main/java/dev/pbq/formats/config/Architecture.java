package dev.pbq.formats.config;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The operations of a block by their paths in configurations. All linears of a block and both
 * products of attention are quantized; embeddings, head, norms and activation functions are not.
 *
 * @param name for messages
 * @param productSection the section that holds for both products of attention
 * @param scores queries times keys
 * @param context attention weights times values
 * @param rotary the tables of the rotary embedding, where there is one
 * @param linears in the order of the model
 */
public record Architecture(
    String name,
    String productSection,
    String scores,
    String context,
    Optional<String> rotary,
    List<String> linears) {
  public static final Architecture OPT =
      new Architecture(
          "OPT",
          "bmm",
          "self_attn.bmm_0",
          "self_attn.bmm_1",
          Optional.empty(),
          List.of(
              "self_attn.q_proj",
              "self_attn.k_proj",
              "self_attn.v_proj",
              "self_attn.out_proj",
              "fc1",
              "fc2"));

  public static final Architecture LLAMA =
      new Architecture(
          "Llama",
          "matmul",
          "self_attn.matmul_0",
          "self_attn.matmul_1",
          Optional.of("self_attn.rotary_positional_encoding"),
          List.of(
              "self_attn.q_proj",
              "self_attn.k_proj",
              "self_attn.v_proj",
              "self_attn.o_proj",
              "mlp.gate_proj",
              "mlp.up_proj",
              "mlp.down_proj"));

  public static final Architecture BERT =
      new Architecture(
          "BERT",
          "matmul",
          "attention.matmul_0",
          "attention.matmul_1",
          Optional.empty(),
          List.of(
              "attention.query",
              "attention.key",
              "attention.value",
              "attention.output.dense",
              "intermediate.dense",
              "output.dense"));

  public Architecture {
    linears = List.copyOf(linears);
  }

  /** The operations of a {@code model_type}: Mistral and Qwen2 have those of Llama. */
  public static Optional<Architecture> of(String modelType) {
    return switch (modelType) {
      case "opt" -> Optional.of(OPT);
      case "llama", "mistral", "qwen2" -> Optional.of(LLAMA);
      case "bert" -> Optional.of(BERT);
      default -> Optional.empty();
    };
  }

  /**
   * The path of a linear by its name within a block of the checkpoint: configurations leave out the
   * {@code self} of BERT's {@code attention.self.query}.
   */
  public String path(String linear) {
    return linear.replace("attention.self.", "attention.");
  }

  /** All paths. */
  Set<String> paths() {
    Set<String> paths = new TreeSet<>(linears);
    paths.add(scores);
    paths.add(context);
    rotary.ifPresent(paths::add);
    return paths;
  }

  /** All paths of all architectures. */
  static Set<String> allPaths() {
    Set<String> paths = new TreeSet<>(OPT.paths());
    paths.addAll(LLAMA.paths());
    paths.addAll(BERT.paths());
    return paths;
  }
}
