package dev.pbq.hqq;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What the golden tests of HQQ share: the manifest's files, settings, and the tolerances. */
final class HqqGolden {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final GoldenSet golden = GoldenSet.find("hqq-and-blocks", HqqGolden.class);

  /**
   * A description and its tensors.
   *
   * @param name the file's name without extension
   */
  record Described(String name, JsonNode json, GoldenFile tensors) {
    /** The cases, wherever the description keeps them. */
    Iterable<JsonNode> cases() {
      return json.isArray() ? json : json.get("cases");
    }
  }

  /** The manifest's HQQ descriptions whose contents {@code kind} recognises, at least one. */
  List<Described> described(Predicate<JsonNode> kind) {
    List<Described> found = new ArrayList<>();
    for (String path : paths("hqq_.*\\.json")) {
      JsonNode json = golden.manifest(path);
      if (kind.test(json)) {
        String name = path.substring(0, path.length() - ".json".length());
        found.add(new Described(name, json, golden.file(name + ".safetensors")));
      }
    }
    assertThat(found).isNotEmpty();
    return found;
  }

  /** Whether a description is a list of cases that have this field. */
  static Predicate<JsonNode> listWith(String field) {
    return json -> json.isArray() && json.get(0).has(field);
  }

  /** The manifest's files of that name, at least one. */
  List<String> paths(String regex) {
    Pattern pattern = Pattern.compile(regex);
    List<String> paths = new ArrayList<>();
    for (JsonNode file : golden.manifest("MANIFEST.json").get("files")) {
      String path = file.get("path").asText();
      if (pattern.matcher(path).matches()) {
        paths.add(path);
      }
    }
    assertThat(paths).isNotEmpty();
    return paths;
  }

  GoldenFile file(String path) {
    return golden.file(path);
  }

  /** Settings that follow the reference's low-level call: nothing rounded, nothing implied. */
  static Map<String, Object> exact(JsonNode c) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("bits", c.get("nbits").numberValue());
    settings.put("axis", c.get("axis").asInt());
    boolean channelWise = !c.has("channel_wise") || c.get("channel_wise").asBoolean();
    settings.put("channelWise", channelWise);
    settings.put("groupsize", c.get("group_size").isNull() ? -1 : c.get("group_size").asInt());
    settings.put("optimize", channelWise && (!c.has("optimize") || c.get("optimize").asBoolean()));
    settings.put("roundZero", c.get("round_zero").asBoolean());
    settings.put("scaleDtype", "f32");
    return settings;
  }

  static HqqSettings settings(Map<String, Object> values) {
    return JSON.convertValue(values, HqqSettings.class);
  }

  static Quantization quantize(HqqSettings settings, FloatMatrix w) {
    return new HqqProvider()
        .create("hqq", settings)
        .quantize(new LinearProblem("golden", w, Optional.empty()));
  }

  /** At most one code in a thousand differs. */
  static void assertCodes(HqqLinear layer, float[] expected) {
    assertThat(layer.codes()).hasSize(expected.length);
    int off = 0;
    for (int i = 0; i < expected.length; i++) {
      if ((layer.codes()[i] & 0xff) != expected[i]) {
        off++;
      }
    }
    assertThat(off).as("codes that differ").isLessThanOrEqualTo(expected.length / 1000);
  }

  /** Scales are the reference's to the last bit. */
  static void assertScales(HqqParameters scale, float[] expected) {
    assertThat(((HqqParameters.Plain) scale).values()).isEqualTo(expected);
  }

  /** Zero points agree to 1e-4 of their size and 1, but for one group in a hundred. */
  static void assertZeros(float[] zero, float[] expected) {
    assertThat(zero).hasSize(expected.length);
    int off = 0;
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(zero[i] - expected[i]) <= 1e-4 * (1 + Math.abs(expected[i])))) {
        off++;
      }
    }
    assertThat(off).as("zero points that differ").isLessThanOrEqualTo(expected.length / 100);
  }

  /** Mean of |W - W'|. */
  static double meanAbsoluteError(FloatMatrix w, FloatMatrix q) {
    double sum = 0;
    for (int i = 0; i < w.data().length; i++) {
      sum += Math.abs((double) w.data()[i] - q.data()[i]);
    }
    return sum / w.data().length;
  }
}
