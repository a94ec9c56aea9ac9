package dev.pbq.export.compressed;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.export.AffinePlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The entry {@code quantization_config} of compressed-tensors: a scheme for each width and group
 * size, and the names of what is not quantized.
 */
final class CompressedSettings {
  private static final String HEAD = "lm_head";

  private CompressedSettings() {}

  /**
   * The settings.
   *
   * @param others weights outside of the blocks' linears that are dense
   */
  static ObjectNode json(AffinePlan plan, List<String> others, boolean naive) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("quant_method", CompressedTensorsLayout.NAME);
    json.put("format", CompressedTensorsLayout.format(naive));
    json.put("quantization_status", "compressed");
    ObjectNode groups = json.putObject("config_groups");
    Map<List<Integer>, List<String>> like = new LinkedHashMap<>();
    plan.packed()
        .forEach(
            (linear, grid) ->
                like.computeIfAbsent(
                        List.of(grid.bits(), grid.groupSize()), key -> new ArrayList<>())
                    .add(linear));
    like.forEach(
        (key, linears) -> {
          ObjectNode group = groups.putObject("group_" + groups.size());
          ArrayNode targets = group.putArray("targets");
          if (like.size() == 1) {
            // The class of modules: all but what is to be ignored.
            targets.add("Linear");
          } else {
            linears.forEach(targets::add);
          }
          putWeights(group, key.get(0), key.get(1), plan.isSymmetric());
          if (naive) {
            // Integers of 8 bits without one are taken for packed ones.
            group.put("format", CompressedTensorsLayout.NAIVE);
          }
          group.putNull("input_activations");
          group.putNull("output_activations");
        });
    ArrayNode ignore = json.putArray("ignore");
    Set<String> dense = new LinkedHashSet<>(plan.dense());
    dense.addAll(others);
    // A tied head is a module all the same.
    dense.add(HEAD);
    dense.forEach(ignore::add);
    return json;
  }

  private static void putWeights(ObjectNode group, int bits, int groupSize, boolean symmetric) {
    ObjectNode weights = group.putObject("weights");
    weights.put("num_bits", bits);
    weights.put("type", "int");
    weights.put("symmetric", symmetric);
    if (groupSize == -1) {
      weights.put("strategy", "channel");
      weights.putNull("group_size");
    } else {
      weights.put("strategy", "group");
      weights.put("group_size", groupSize);
    }
    weights.put("dynamic", false);
    weights.putNull("actorder");
  }
}
