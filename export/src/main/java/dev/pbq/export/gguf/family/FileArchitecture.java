package dev.pbq.export.gguf.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.NormRole;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * One of llama.cpp's architectures, and the family of models that a file of it is read as.
 *
 * @param name the value of {@code general.architecture}
 * @param modelTypes the {@code model_type} of the family, then of others whose models are written
 *     likewise
 * @param mixture whether the family has experts
 * @param norms parts that are called otherwise than {@link PartNames} has it, in blocks with a norm
 *     before the MLP
 * @param rotatesPairs whether neighbouring features turn together
 * @param facts what files say beside the sizes that all have
 * @param needed names of tensors, without their block, that llama.cpp opens no file without
 * @param lacking names of tensors, without their block, that llama.cpp opens no file with
 * @param config puts the rest of the configuration, beyond what all families have
 */
public record FileArchitecture(
    String name,
    List<String> modelTypes,
    boolean mixture,
    Map<NormRole, String> norms,
    boolean rotatesPairs,
    Set<Fact> facts,
    Set<String> needed,
    Set<String> lacking,
    BiConsumer<ModelKeys, ObjectNode> config) {
  /** The name of the head. */
  public static final String HEAD = "output.weight";

  public FileArchitecture {
    modelTypes = List.copyOf(modelTypes);
    norms = Map.copyOf(norms);
    facts = Set.copyOf(facts);
    needed = Set.copyOf(needed);
    lacking = Set.copyOf(lacking);
  }

  /** An architecture without experts whose parts have the usual names. */
  static FileArchitecture of(
      String name, String modelType, BiConsumer<ModelKeys, ObjectNode> config, Fact... facts) {
    return new FileArchitecture(
        name,
        List.of(modelType),
        false,
        Map.of(),
        false,
        Set.of(facts),
        Set.of(),
        Set.of(),
        config);
  }

  /** The same, with features that turn in pairs of neighbours. */
  FileArchitecture inPairs() {
    return new FileArchitecture(
        name, modelTypes, mixture, norms, true, facts, needed, lacking, config);
  }

  /** The same, of a mixture of experts. */
  FileArchitecture withExperts() {
    EnumSet<Fact> more = EnumSet.of(Fact.EXPERTS);
    more.addAll(facts);
    return new FileArchitecture(
        name, modelTypes, true, norms, rotatesPairs, more, needed, lacking, config);
  }

  /** The same, with a norm that is called otherwise. */
  FileArchitecture withNorm(NormRole role, String part) {
    Map<NormRole, String> more = new EnumMap<>(NormRole.class);
    more.putAll(norms);
    more.put(role, part);
    return new FileArchitecture(
        name, modelTypes, mixture, more, rotatesPairs, facts, needed, lacking, config);
  }

  /** The same, of which llama.cpp needs some tensors. */
  FileArchitecture needing(String... tensors) {
    return new FileArchitecture(
        name, modelTypes, mixture, norms, rotatesPairs, facts, Set.of(tensors), lacking, config);
  }

  /** The same, of which llama.cpp does not know some tensors. */
  FileArchitecture lacking(String... tensors) {
    return new FileArchitecture(
        name, modelTypes, mixture, norms, rotatesPairs, facts, needed, Set.of(tensors), config);
  }

  /** The same, for models of other types as well. */
  FileArchitecture alsoOf(String... others) {
    List<String> all = new ArrayList<>(modelTypes);
    all.addAll(List.of(others));
    return new FileArchitecture(
        name, all, mixture, norms, rotatesPairs, facts, needed, lacking, config);
  }

  /**
   * Whether llama.cpp opens no file with such a tensor.
   *
   * @param tensor its name in the file
   */
  public boolean lacks(String tensor) {
    return lacking.contains(inBlock(tensor));
  }

  /** Whether llama.cpp needs the head, also where it is the embedding. */
  public boolean needsHead() {
    return needed.contains(HEAD);
  }

  /**
   * Tensors that llama.cpp needs in a block.
   *
   * @param block what their names begin with
   */
  public List<String> needs(String block) {
    return needed.stream().filter(n -> !n.equals(HEAD)).map(n -> block + n).sorted().toList();
  }

  private static String inBlock(String tensor) {
    return tensor.replaceFirst("^blk\\.\\d+\\.", "");
  }

  /** The {@code model_type} that a file is read as. */
  public String modelType() {
    return modelTypes.get(0);
  }

  /**
   * What the norm of a residual sum is called.
   *
   * @param beforeMlp whether the block has a norm before its MLP
   */
  String part(NormRole role, boolean beforeMlp) {
    String usual = PartNames.of(role);
    return beforeMlp ? norms.getOrDefault(role, usual) : usual;
  }
}
