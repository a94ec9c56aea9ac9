package dev.pbq.cli.console;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.workflow.inspect.Inspection;
import dev.pbq.workflow.inspect.PackedContents;
import dev.pbq.workflow.inspect.PackedLayer;

/** An inspection as {@code pbq inspect --json} prints it. */
public final class InspectionJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private InspectionJson() {}

  /**
   * Makes the object.
   *
   * @param layers whether every quantized layer is listed
   */
  public static ObjectNode of(Inspection found, boolean layers) {
    ObjectNode facts = JSON.createObjectNode();
    facts.put("folder", found.folder().toString());
    facts.put("architecture", found.architecture());
    facts.put("tensors", found.tensors());
    facts.put("bytes", found.bytes());
    ObjectNode byDtype = facts.putObject("bytes_by_dtype");
    found.bytesByDtype().forEach(byDtype::put);
    if (found.packed().isEmpty() || found.packed().get().weights() < found.parameters()) {
      facts.put("parameters", found.parameters());
      facts.put("bits_per_parameter", found.bitsPerParameter());
    }
    found.packed().ifPresent(packed -> put(facts, packed, layers));
    return facts;
  }

  private static void put(ObjectNode facts, PackedContents packed, boolean layers) {
    facts.put("method", packed.method());
    packed.settings().ifPresent(settings -> facts.set("settings", settings));
    facts.put("quantized_linears", packed.linears().size());
    facts.put("quantized_weights", packed.weights());
    facts.put("stored_bits_per_weight", packed.storedBitsPerWeight());
    ObjectNode byPart = facts.putObject("bits_per_weight_by_part");
    packed.bitsByPart().forEach((part, bits) -> byPart.put(part, (double) bits / packed.weights()));
    packed
        .report()
        .ifPresent(
            report -> {
              facts.put("paper_bits", report.size().paperBits());
              facts.put("model_bits_per_parameter", report.size().modelBits());
              facts.set("calibration", JSON.valueToTree(report.calibration()));
            });
    if (layers) {
      ArrayNode list = facts.putArray("layers");
      packed.linears().forEach(layer -> list.add(layer(layer)));
    }
  }

  private static ObjectNode layer(PackedLayer layer) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("name", layer.name())
            .put("rows", layer.rows())
            .put("cols", layer.cols())
            .put("stored_bits_per_weight", layer.storedBitsPerWeight());
    layer.relativeError().ifPresent(error -> node.put("relative_error", error));
    return node;
  }
}
