package dev.pbq.formats.config;

import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.Role;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The operations of a block by their paths in configurations. All linears of a block and both
 * products of attention are quantized; embeddings, head, norms and activation functions are not.
 * The reference calls a linear by its name inside a block of the checkpoint, but leaves out the
 * {@code self} of BERT's {@code attention.self.query}.
 *
 * @param name for messages
 * @param productSection the section that holds for both products of attention
 * @param scores queries times keys
 * @param context attention weights times values
 * @param rotary the tables of the rotary embedding, where there is one
 * @param linearPaths of the linears, by role, in the order of the roles
 */
public record Architecture(
    String name,
    String productSection,
    String scores,
    String context,
    Optional<String> rotary,
    Map<Role, String> linearPaths) {
  public static final Architecture OPT =
      new Architecture(
          "OPT",
          "bmm",
          "self_attn.bmm_0",
          "self_attn.bmm_1",
          Optional.empty(),
          linears("opt", path -> path));

  public static final Architecture LLAMA =
      new Architecture(
          "Llama",
          "matmul",
          "self_attn.matmul_0",
          "self_attn.matmul_1",
          Optional.of("self_attn.rotary_positional_encoding"),
          linears("llama", path -> path));

  public static final Architecture BERT =
      new Architecture(
          "BERT",
          "matmul",
          "attention.matmul_0",
          "attention.matmul_1",
          Optional.empty(),
          linears("bert", path -> path.replace("attention.self.", "attention.")));

  /** Mistral and Qwen2 have the operations of Llama, and RoBERTa those of BERT. */
  private static final Map<String, Architecture> BY_MODEL_TYPE =
      Map.of(
          "opt", OPT, "llama", LLAMA, "mistral", LLAMA, "qwen2", LLAMA, "bert", BERT, "roberta",
          BERT);

  public Architecture {
    linearPaths = Collections.unmodifiableMap(new EnumMap<>(linearPaths));
  }

  private static Map<Role, String> linears(String modelType, UnaryOperator<String> renamed) {
    Map<Role, String> paths = new EnumMap<>(Architectures.linearPaths(modelType).orElseThrow());
    paths.replaceAll((role, path) -> renamed.apply(path));
    return paths;
  }

  /** The operations of a {@code model_type}; empty if there are no formats for it. */
  public static Optional<Architecture> of(String modelType) {
    return Optional.ofNullable(BY_MODEL_TYPE.get(modelType));
  }

  /** The paths of the linears, in the order of the model. */
  public List<String> linears() {
    return List.copyOf(linearPaths.values());
  }

  /**
   * The path of the linear of a role.
   *
   * @throws IllegalArgumentException if there is none
   */
  public String path(Role role) {
    String path = linearPaths.get(role);
    if (path == null) {
      throw new IllegalArgumentException(name + " has no linear of role " + role);
    }
    return path;
  }

  /** All paths. */
  Set<String> paths() {
    Set<String> paths = new TreeSet<>(linears());
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
