package dev.pbq.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.util.List;

/**
 * How many blocks and experts a configuration may ask for. A description of a model is made of
 * every one of them before its weights are looked at, so that a number in a small file must not
 * decide how much memory that takes. The largest models known have 126 blocks and 384 experts in
 * each of 61.
 */
final class PartCounts {
  static final int MAX_BLOCKS = 1024;
  static final int MAX_EXPERTS = 1024;
  static final int MAX_EXPERTS_IN_ALL = 32768;

  private static final List<String> BLOCKS =
      List.of("num_hidden_layers", "num_layers", "n_layer", "n_layers");
  private static final List<String> EXPERTS =
      List.of("num_local_experts", "num_experts", "n_routed_experts", "n_shared_experts");

  private PartCounts() {}

  /**
   * Checks a configuration and those inside of it.
   *
   * @param where the file's name, for messages
   * @throws PbqException BAD_DATA naming the key
   */
  static void require(JsonNode config, String where) {
    long blocks = largest(config, BLOCKS, MAX_BLOCKS, where);
    long experts = largest(config, EXPERTS, MAX_EXPERTS, where);
    if (blocks * experts > MAX_EXPERTS_IN_ALL) {
      throw PbqException.badData(
          "%s: %d blocks of %d experts are more than the %d experts that are supported"
              .formatted(where, blocks, experts, MAX_EXPERTS_IN_ALL));
    }
    for (JsonNode inner : config) {
      if (inner.isObject()) {
        require(inner, where);
      }
    }
  }

  private static long largest(JsonNode config, List<String> keys, int most, String where) {
    long largest = 0;
    for (String key : keys) {
      JsonNode count = config.path(key);
      if (count.isNumber() && count.doubleValue() > most) {
        throw PbqException.badData(
            "%s: %s is %s; up to %d are supported".formatted(where, key, count, most));
      }
      largest = Math.max(largest, count.asLong());
    }
    return largest;
  }
}
