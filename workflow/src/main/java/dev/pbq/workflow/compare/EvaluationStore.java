package dev.pbq.workflow.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.JsonFiles;
import dev.pbq.core.json.JsonFaults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A store of measurements, so that each is made once: a JSON object in a file, rewritten completely
 * after each new one. Keys contain everything that a measurement depends on.
 */
public final class EvaluationStore {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Path file;
  private final ObjectNode entries;

  private EvaluationStore(Path file, ObjectNode entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * Opens the file, or begins a new one.
   *
   * @throws PbqException BAD_DATA if it is no JSON object
   */
  public static EvaluationStore open(Path file) {
    return new EvaluationStore(
        file, Files.exists(file) ? JsonFiles.readObject(file) : JSON.createObjectNode());
  }

  /**
   * What was measured before, or else now.
   *
   * @param key everything that the measurement depends on
   * @throws PbqException BAD_DATA if what is stored is of another kind
   */
  public <T> T get(String key, Class<T> type, Supplier<T> measurement) {
    JsonNode known = entries.get(key);
    if (known != null) {
      try {
        return JSON.treeToValue(known, type);
      } catch (JsonProcessingException e) {
        throw PbqException.badData(
            file + ": the entry " + key + " cannot be read (" + JsonFaults.of(e) + ")", e);
      }
    }
    T value = measurement.get();
    entries.set(key, JSON.valueToTree(value));
    JsonFiles.write(file, entries);
    return value;
  }

  /** Whether something has been measured. */
  public boolean has(String key) {
    return entries.has(key);
  }
}
