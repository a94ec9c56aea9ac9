package dev.pbq.workflow.quantize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.workflow.recipe.VocabularyChoice;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The method of one table outside of the blocks, as a recipe gives it. Any method will do that has
 * a setting {@code bits}; for a table that is only looked up it must need no calibration.
 *
 * @param what {@code embedding} or {@code head}: what the names of the recipe's keys begin with
 * @param bits of each weight, in the method's own count; null: the table stays as it is
 * @param text {@code METHOD,KEY:VALUE,...}; null for {@link VocabularyChoice#METHOD}
 * @param use what the model does with the table
 * @param calibrated whether the run's method is calibrated: a method that can do with and without
 *     then is calibrated for a head too, unless settings say otherwise
 */
record TableMethod(
    String what, Double bits, String text, VocabularyTable.Use use, boolean calibrated) {
  private static final String BITS = "bits";

  /**
   * The method, ready to use; empty if the table stays as it is.
   *
   * @throws PbqException USAGE for a method without bits, bits that were not given, a calibrated
   *     method for an embedding, or settings that it does not have
   */
  Optional<Methods.Configured> configure(Methods registry) {
    if (bits == null) {
      if (text != null) {
        throw PbqException.setting("%s is of no use without %s", methodName(), bitsName());
      }
      return Optional.empty();
    }
    String method = method();
    ObjectNode settings = registry.tableSettings(method, calibrated && use.isHead());
    settings.setAll(settings(words()));
    if (registry.names().contains(method)) {
      requireBits(registry, method);
    }
    if (bits == Math.rint(bits)) {
      settings.put(BITS, bits.intValue());
    } else {
      settings.put(BITS, bits);
    }
    return Optional.of(configure(registry, method, settings));
  }

  /** Its method's name. */
  String method() {
    return words()[0].strip();
  }

  /** The same with other bits. */
  TableMethod with(double otherBits) {
    return new TableMethod(what, otherBits, text, use, calibrated);
  }

  private String[] words() {
    return (text == null ? VocabularyChoice.METHOD : text).split(",", -1);
  }

  private Methods.Configured configure(Methods registry, String method, ObjectNode settings) {
    Methods.Configured configured;
    try {
      configured = registry.configure(method, settings);
    } catch (PbqException e) {
      throw PbqException.setting("%s %s, %s: %s", bitsName(), bits, method, e.wording());
    }
    JsonNode taken = configured.settings().path(BITS);
    if (taken.isNumber() && taken.doubleValue() != bits) {
      throw PbqException.setting(
          "%s %s: method %s takes no such fraction; it would use %s",
          bitsName(), bits, method, taken);
    }
    if (configured.quantizer().calibrationNeed() != CalibrationNeed.NONE && !use.isHead()) {
      throw PbqException.setting(
          "%s %s: with these settings it is calibrated, and an embedding is quantized by its"
              + " weights alone",
          methodName(), method);
    }
    return configured;
  }

  private ObjectNode settings(String[] words) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    for (int i = 1; i < words.length; i++) {
      int colon = words[i].indexOf(':');
      if (colon < 1) {
        throw PbqException.setting(
            "%s '%s': '%s' is not of the form key:value", methodName(), text, words[i]);
      }
      SettingValues.put(settings, words[i].substring(0, colon), words[i].substring(colon + 1));
    }
    if (settings.has(BITS)) {
      throw PbqException.setting(
          "%s '%s' gives bits: that is what %s is for", methodName(), text, bitsName());
    }
    return settings;
  }

  private void requireBits(Methods registry, String method) {
    if (!registry.has(method, BITS)) {
      throw PbqException.setting(
          "%s %s cannot be asked for so many bits; methods that can are %s",
          methodName(),
          method,
          registry.names().stream()
              .filter(name -> registry.has(name, BITS))
              .collect(Collectors.joining(", ")));
    }
  }

  private Wording bitsName() {
    return Wording.name(what + "Bits");
  }

  private Wording methodName() {
    return Wording.name(what + "Method");
  }
}
