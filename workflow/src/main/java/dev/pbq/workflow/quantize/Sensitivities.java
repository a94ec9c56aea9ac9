package dev.pbq.workflow.quantize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.data.Calibration;
import dev.pbq.eval.sensitivity.LinearSensitivity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sensitivities of a model's linears and tables in a file: a first line that says of what and how,
 * then a line for each of them, appended as it is measured. A last line that was cut off is
 * ignored.
 */
final class Sensitivities {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FORMAT = 1;

  /**
   * The first line.
   *
   * @param pbqSensitivity version of the format
   * @param weights fingerprint of the model's weights
   * @param dataset calibration text
   * @param windows how many were used
   * @param tokens of each
   * @param seed of their positions
   * @param calibration sha256 of the windows' tokens
   * @param probeWindows those that losses were measured on
   * @param method the probe
   * @param settings of the probe, complete
   */
  record Header(
      int pbqSensitivity,
      String weights,
      String dataset,
      int windows,
      int tokens,
      long seed,
      String calibration,
      int probeWindows,
      String method,
      ObjectNode settings) {
    static Header of(
        String weights, Calibration used, int probeWindows, String method, ObjectNode settings) {
      return new Header(
          FORMAT,
          weights,
          used.dataset(),
          used.windows().length,
          used.tokens(),
          used.seed(),
          used.sha256(),
          probeWindows,
          method,
          settings);
    }
  }

  private final Path file;
  private final Header header;
  private final Map<String, LinearSensitivity> byName = new LinkedHashMap<>();

  private Sensitivities(Path file, Header header) {
    this.file = file;
    this.header = header;
  }

  /**
   * Continues a file that was begun with the same header, or begins it.
   *
   * @param replace whether a file with another header is begun anew
   * @throws PbqException USAGE if there is a file with another header, which may not be replaced;
   *     BAD_DATA if it is no file of sensitivities; RESOURCES if it cannot be written
   */
  static Sensitivities continued(Path file, Header header, boolean replace) {
    Sensitivities result = new Sensitivities(file, header);
    if (Files.exists(file)) {
      Sensitivities found = read(file);
      boolean same = JSON.valueToTree(found.header).equals(JSON.valueToTree(header));
      if (!same && !replace) {
        throw PbqException.usage(
            file
                + " holds sensitivities of another model, or with other windows or another probe:"
                + " they are not replaced");
      }
      result = same ? found : result;
    }
    // Also without a last line that was cut off.
    result.rewrite();
    return result;
  }

  /**
   * Reads a file.
   *
   * @throws PbqException NOT_FOUND if there is none; BAD_DATA naming file and line if it is no file
   *     of sensitivities, or a number in it is not finite or negative
   */
  static Sensitivities read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw PbqException.notFound("there is no file of sensitivities " + file);
    }
    String text;
    try {
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
    }
    int end = text.lastIndexOf('\n');
    String[] lines = text.substring(0, Math.max(end, 0)).split("\n", -1);
    Sensitivities read = new Sensitivities(file, parse(file, 1, lines[0], Header.class));
    if (read.header.pbqSensitivity() != FORMAT || read.header.weights() == null) {
      throw PbqException.badData(file + " is no file of sensitivities of this version");
    }
    for (int i = 1; i < lines.length; i++) {
      LinearSensitivity linear = parse(file, i + 1, lines[i], LinearSensitivity.class);
      if (linear.name() == null || !isLoss(linear.loss()) || !isLoss(linear.bits())) {
        throw PbqException.badData(
            file
                + ", line "
                + (i + 1)
                + ": the sensitivity "
                + linear.loss()
                + " of "
                + linear.name()
                + " is no loss");
      }
      for (LinearSensitivity.ErrorAtRate e : linear.errors()) {
        if (!isLoss(e.bits()) || !(e.error() >= 0)) {
          throw PbqException.badData(
              file
                  + ", line "
                  + (i + 1)
                  + ": the error "
                  + e.error()
                  + " of "
                  + linear.name()
                  + " at "
                  + e.bits()
                  + " bits is none");
        }
      }
      read.byName.put(linear.name(), linear);
    }
    return read;
  }

  private static boolean isLoss(double number) {
    return Double.isFinite(number) && number >= 0;
  }

  private static <T> T parse(Path file, int line, String text, Class<T> type) {
    try {
      T value = JSON.readValue(text, type);
      if (value != null) {
        return value;
      }
    } catch (JsonProcessingException e) {
      throw PbqException.badData(
          file + ", line " + line + ": not what 'pbq sensitivity' writes", e);
    }
    throw PbqException.badData(file + ", line " + line + ": not what 'pbq sensitivity' writes");
  }

  /**
   * Refuses a file of another model.
   *
   * @param weights fingerprint of the model's weights
   * @param model its name, for the message
   */
  Sensitivities requireModel(String weights, String model) {
    if (!header.weights().equals(weights)) {
      throw PbqException.usage(
          file + " holds sensitivities of other weights than those of " + model);
    }
    return this;
  }

  Path file() {
    return file;
  }

  boolean has(String linear) {
    return byName.containsKey(linear);
  }

  /**
   * The sensitivity of a linear.
   *
   * @throws PbqException BAD_DATA if the file has none
   */
  LinearSensitivity of(String linear) {
    LinearSensitivity found = byName.get(linear);
    if (found == null) {
      throw PbqException.badData(file + " has no sensitivity of " + linear);
    }
    return found;
  }

  int size() {
    return byName.size();
  }

  /** Adds a linear, in memory and at the end of the file. */
  void add(LinearSensitivity linear) {
    byName.put(linear.name(), linear);
    append(line(linear));
  }

  private void rewrite() {
    StringBuilder text = new StringBuilder(line(header));
    byName.values().forEach(l -> text.append(line(l)));
    // Complete or not at all: what was measured before must not be lost on the way.
    AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void append(String text) {
    try {
      Files.writeString(file, text, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw PbqException.resources("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static String line(Object value) {
    try {
      return JSON.writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and texts are JSON", e);
    }
  }
}
