package dev.pbq.workflow.inspect;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.pipeline.VocabularySize;

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
    if (!packed.tables().isEmpty()) {
      ObjectNode tables = facts.putObject("table_bits_per_weight");
      packed.tables().forEach(t -> tables.put(t.name(), t.storedBitsPerWeight()));
    }
    packed
        .report()
        .ifPresent(
            report -> {
              facts.put("paper_bits", report.size().paperBits());
              facts.put("model_bits_per_parameter", report.size().modelBits());
              vocabulary(facts, report.vocabulary());
              facts.set("calibration", JSON.valueToTree(report.calibration()));
            });
    if (layers) {
      ArrayNode list = facts.putArray("layers");
      packed.tables().forEach(table -> list.add(layer(table)));
      packed.linears().forEach(layer -> list.add(layer(layer)));
    }
  }

  /** Null in reports of older programs. */
  private static void vocabulary(ObjectNode facts, VocabularySize vocabulary) {
    if (vocabulary != null) {
      facts
          .putObject("embedding_and_head")
          .put("parameters", vocabulary.parameters())
          .put("stored_bits_per_parameter", vocabulary.storedBits())
          .put("bytes", vocabulary.storedBytes())
          .put("share_of_model", vocabulary.modelShare());
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
