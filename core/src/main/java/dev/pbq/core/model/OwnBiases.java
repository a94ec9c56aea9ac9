package dev.pbq.core.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.WeightSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The biases that packed layers bring themselves (HQQ+), in a dense model, whose layers have a bias
 * only where the configuration says so.
 *
 * @param leftOut names of those that are all 0 and have no place
 * @param switchedOn keys of the configuration that make places for the others
 */
public record OwnBiases(Set<String> leftOut, List<String> switchedOn) {
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
   * @param where names the model in the message
   * @param weights of the packed model
   * @param biases the names of what its layers bring
   * @throws PbqException USAGE naming a layer whose bias is not 0 and has no place
   */
  public static OwnBiases of(
      ObjectNode config, String where, WeightSource weights, List<String> biases) {
    if (biases.isEmpty()) {
      return NONE;
    }
    Set<String> own = new HashSet<>(biases);
    Set<String> needed = own.stream().filter(b -> !isZero(weights, b)).collect(Collectors.toSet());
    for (List<String> keys : SWITCHES) {
      Set<String> places = places(config, where, keys);
      if (places.containsAll(needed) && places.stream().allMatch(weights::contains)) {
        own.removeAll(places);
        return new OwnBiases(own, keys);
      }
    }
    SWITCHES.forEach(keys -> needed.removeAll(places(config, where, keys)));
    String layer = (needed.isEmpty() ? own : needed).stream().sorted().findFirst().orElseThrow();
    throw PbqException.setting(
        "%s: %s is not 0, and models of type '%s' have no such bias: only a training with"
            + " {trainBias=false} can be exported",
        where, layer, config.path("model_type").asText("unknown"));
  }

  private static boolean isZero(WeightSource weights, String bias) {
    for (float value : weights.read(bias)) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /** The biases of linears that a configuration with some keys switched on has. */
  private static Set<String> places(ObjectNode original, String where, List<String> keys) {
    ObjectNode config = original.deepCopy();
    keys.forEach(key -> config.put(key, true));
    return Architectures.of(config, where).layout().linears().stream()
        .filter(Linear::bias)
        .map(linear -> linear.name() + BIAS)
        .collect(Collectors.toSet());
  }

  /** Makes the places in a configuration. */
  public void addTo(ObjectNode config) {
    switchedOn.forEach(key -> config.put(key, true));
  }
}
