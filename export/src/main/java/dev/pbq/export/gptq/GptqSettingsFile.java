package dev.pbq.export.gptq;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The entry {@code quantization_config} of an export: settings of most layers, and in {@code
 * dynamic} (GPTQModel) those of layers that differ or are not quantized.
 */
final class GptqSettingsFile {
  private final Map<String, Setting> layers = new LinkedHashMap<>();

  private record Setting(int bits, int groupSize, boolean symmetric, boolean ordered) {}

  void add(String linear, AffineLayer layer) {
    int groupSize = layer.groupSize() >= layer.cols() ? -1 : layer.groupSize();
    layers.put(
        linear,
        new Setting(layer.bits(), groupSize, layer.isSymmetric(), layer.columnGroup().isPresent()));
  }

  /**
   * The settings.
   *
   * @param dense linears of the blocks that are not quantized
   * @param minusOne whether zero points are stored less one
   */
  ObjectNode json(List<String> dense, boolean minusOne, String method) {
    Map<List<Integer>, Integer> counts = new LinkedHashMap<>();
    layers.values().forEach(s -> counts.merge(List.of(s.bits(), s.groupSize()), 1, Integer::sum));
    List<Integer> most =
        counts.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .orElseThrow(() -> new IllegalStateException("no layer"))
            .getKey();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("quant_method", "gptq");
    json.put("bits", most.get(0));
    json.put("group_size", most.get(1));
    json.put("desc_act", layers.values().stream().anyMatch(Setting::ordered));
    json.put("sym", layers.values().stream().allMatch(Setting::symmetric));
    json.put("lm_head", false);
    json.put("checkpoint_format", minusOne ? "gptq" : "gptq_v2");
    json.put("pack_dtype", "int32");
    ObjectNode dynamic = JsonNodeFactory.instance.objectNode();
    layers.forEach(
        (linear, s) -> {
          if (s.bits() != most.get(0) || s.groupSize() != most.get(1)) {
            dynamic
                .putObject("+:^" + regex(linear) + "$")
                .put("bits", s.bits())
                .put("group_size", s.groupSize());
          }
        });
    dense.forEach(linear -> dynamic.putObject("-:^" + regex(linear) + "$"));
    if (!dynamic.isEmpty()) {
      json.set("dynamic", dynamic);
    }
    json.putObject("meta").putArray("quantizer").add("pbq:" + method);
    return json;
  }

  private static String regex(String linear) {
    return Pattern.compile("[.]").matcher(linear).replaceAll("\\\\.");
  }
}
