package dev.pbq.export.gptq;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.export.AffinePlan;
import java.util.regex.Pattern;

/**
 * The entry {@code quantization_config} of an export: settings of most layers, and in {@code
 * dynamic} (GPTQModel) those of layers that differ or are not quantized.
 */
final class GptqSettingsFile {
  private static final Pattern DOT = Pattern.compile("[.]");

  private GptqSettingsFile() {}

  /**
   * The settings.
   *
   * @param minusOne whether zero points are stored less one
   * @param method that packed the source
   */
  static ObjectNode json(AffinePlan plan, boolean minusOne, String method) {
    AffinePlan.Grid most = plan.most();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("quant_method", "gptq");
    json.put("bits", most.bits());
    json.put("group_size", most.groupSize());
    json.put("desc_act", plan.packed().values().stream().anyMatch(AffinePlan.Grid::ordered));
    json.put("sym", plan.isSymmetric());
    json.put("lm_head", false);
    json.put("checkpoint_format", minusOne ? "gptq" : "gptq_v2");
    json.put("pack_dtype", "int32");
    ObjectNode dynamic = JsonNodeFactory.instance.objectNode();
    plan.packed()
        .forEach(
            (linear, grid) -> {
              if (!grid.isLike(most)) {
                dynamic
                    .putObject("+:^" + regex(linear) + "$")
                    .put("bits", grid.bits())
                    .put("group_size", grid.groupSize());
              }
            });
    plan.dense().forEach(linear -> dynamic.putObject("-:^" + regex(linear) + "$"));
    if (!dynamic.isEmpty()) {
      json.set("dynamic", dynamic);
    }
    json.putObject("meta").putArray("quantizer").add("pbq:" + method);
    return json;
  }

  private static String regex(String linear) {
    return DOT.matcher(linear).replaceAll("\\\\.");
  }
}
