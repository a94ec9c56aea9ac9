package dev.pbq.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.Linear;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The biases that packed layers bring themselves (HQQ+), in an export, whose layers have a bias
 * only where the configuration says so.
 *
 * @param leftOut names of those that are all 0 and have no place
 * @param switchedOn keys of the configuration that make places for the others
 */
record OwnBiases(Set<String> leftOut, List<String> switchedOn) {
  private static final OwnBiases NONE = new OwnBiases(Set.of(), List.of());

  /** The keys of the families that have some, alone and together; the fewest first. */
  private static final List<List<String>> SWITCHES =
      List.of(
          List.of(),
          List.of("attention_bias"),
          List.of("mlp_bias"),
          List.of("attention_bias", "mlp_bias"),
          List.of("enable_bias"));

  private static final String BIAS = ".bias";

  /**
   * Finds the places.
   *
   * @throws PbqException USAGE naming a layer whose bias is not 0 and has no place
   */
  static OwnBiases of(ModelFolder folder, ModelWeights weights) {
    if (!(weights instanceof PackedCheckpoint packed) || packed.ownBiases().isEmpty()) {
      return NONE;
    }
    Set<String> own = new HashSet<>(packed.ownBiases());
    Set<String> needed = own.stream().filter(b -> !isZero(packed, b)).collect(Collectors.toSet());
    for (List<String> keys : SWITCHES) {
      Set<String> places = places(folder, keys);
      if (places.containsAll(needed) && places.stream().allMatch(packed::contains)) {
        own.removeAll(places);
        return new OwnBiases(own, keys);
      }
    }
    SWITCHES.forEach(keys -> needed.removeAll(places(folder, keys)));
    String layer = (needed.isEmpty() ? own : needed).stream().sorted().findFirst().orElseThrow();
    throw PbqException.setting(
        "%s: %s is not 0, and models of type '%s' have no such bias: only a training with"
            + " {trainBias=false} can be exported",
        folder.path(), layer, folder.modelType().orElse("unknown"));
  }

  private static boolean isZero(PackedCheckpoint packed, String bias) {
    for (float value : packed.read(bias)) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /** The biases of linears that a configuration with some keys switched on has. */
  private static Set<String> places(ModelFolder folder, List<String> keys) {
    ObjectNode config = folder.config();
    keys.forEach(key -> config.put(key, true));
    return Architectures.of(config, folder.path().toString()).layout().linears().stream()
        .filter(Linear::bias)
        .map(linear -> linear.name() + BIAS)
        .collect(Collectors.toSet());
  }

  /** Makes the places in a configuration. */
  void addTo(ObjectNode config) {
    switchedOn.forEach(key -> config.put(key, true));
  }
}
