package dev.pbq.search.sampler;

import dev.pbq.formats.config.Architecture;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The model that a space is for.
 *
 * @param layers how many
 * @param biased the linears that have a bias
 */
public record Target(Architecture architecture, int layers, Set<String> biased) {
  public Target {
    biased = Set.copyOf(biased);
  }

  /** Linears and products of attention, by path. */
  List<String> operations() {
    List<String> paths = new ArrayList<>(architecture.linears());
    paths.add(architecture.scores());
    paths.add(architecture.context());
    return paths;
  }

  /** Whether a key of an operation has an effect. */
  boolean uses(String operation, String key) {
    if (key.startsWith("data_out_")) {
      return false;
    }
    if (architecture.rotary().filter(operation::equals).isPresent()) {
      return !key.startsWith("weight_") && !key.startsWith("bias_");
    }
    return !key.startsWith("bias_") || biased.contains(operation);
  }
}
