package dev.pbq.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.TransformerModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq inspect}: what is in a checkpoint, from its headers alone; loads no engine. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what is in a model: architecture, size and element types; for a packed model the"
          + " method, its settings, and stored bits by part. Reads headers only.",
      "",
      "Examples:",
      "  pbq inspect out/llama-7b-xnor --layers",
      "  pbq inspect opt-1.3b --act-format bfp-w6a6"
    },
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n")
final class InspectCommand implements Runnable {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin private ModelArgument model;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Option(names = "--layers", description = "List every quantized layer.")
  private boolean layers;

  @Option(
      names = "--act-format",
      paramLabel = "PRESET|FILE",
      description =
          "Also show the memory density of weights and activations in these number formats, as"
              + " llm-mixed-q counts it.")
  private String actFormat;

  @Option(
      names = "--seqlen",
      paramLabel = "N",
      description = "Tokens whose activations count (default: ${DEFAULT-VALUE}).")
  private int seqlen = 256;

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  @Override
  public void run() {
    common.applyLogging();
    ResolvedModel resolved = model.resolve();
    ModelFolder folder = ModelFolder.open(resolved.folder());
    ObjectNode facts = facts(folder);
    if (actFormat != null) {
      putMemory(facts, folder);
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      if (json) {
        out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(facts));
      } else {
        print(facts, out);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("facts are JSON already", e);
    }
  }

  private void putMemory(ObjectNode facts, ModelFolder folder) {
    OptionChecks.atLeastOne("--seqlen", seqlen);
    TransformerModel model = Architectures.any(folder.config(), folder.path().toString());
    ActFormat format = ActFormat.asked(actFormat, false, folder);
    MemoryFacts.put(facts.putObject("memory"), model, format, seqlen);
  }

  private static ObjectNode facts(ModelFolder folder, Checkpoint stored) {
    ObjectNode facts = JSON.createObjectNode();
    facts.put("folder", folder.path().toString());
    facts.put("architecture", folder.modelType().orElse("unknown"));
    facts.put("tensors", stored.names().size());
    facts.put("bytes", stored.totalBytes());
    Map<String, Long> dtypes = new TreeMap<>();
    for (String name : stored.names()) {
      TensorInfo info = stored.info(name);
      dtypes.merge(info.dtype().name(), info.byteCount(), Long::sum);
    }
    ObjectNode byDtype = facts.putObject("bytes_by_dtype");
    dtypes.forEach(byDtype::put);
    return facts;
  }

  private ObjectNode facts(ModelFolder folder) {
    boolean foreign =
        folder
            .quantMethod()
            .filter(m -> !m.equals(ModelFolder.PBQ) && !m.equals("hqq"))
            .isPresent();
    try (ModelWeights weights =
        foreign ? Checkpoint.open(folder.path()) : Checkpoints.open(folder)) {
      return weights instanceof PackedCheckpoint packed
          ? packed(folder, packed)
          : dense(folder, (Checkpoint) weights);
    }
  }

  private static ObjectNode dense(ModelFolder folder, Checkpoint stored) {
    ObjectNode facts = facts(folder, stored);
    long parameters = stored.names().stream().mapToLong(n -> stored.info(n).elementCount()).sum();
    facts.put("parameters", parameters);
    facts.put("bits_per_parameter", 8.0 * stored.totalBytes() / parameters);
    return facts;
  }

  private ObjectNode packed(ModelFolder folder, PackedCheckpoint packed) {
    ObjectNode facts = facts(folder, packed.stored());
    ObjectNode quantization = folder.quantizationConfig();
    if (folder.isPacked()) {
      facts.put("method", quantization.path("method").asText());
      facts.set("settings", quantization.path("settings"));
    } else {
      facts.put("method", "hqq (layout of its reference program)");
    }
    JsonNode report = report(folder.path());
    Map<String, Long> parts = new TreeMap<>();
    long weights = 0;
    long bits = 0;
    ArrayNode list = JSON.createArrayNode();
    for (String linear : packed.packedLinears()) {
      long[] shape = packed.shape(linear + ".weight");
      long linearBits = 0;
      for (String name : packed.stored().names()) {
        if (name.startsWith(linear + ".") && !name.equals(linear + ".bias")) {
          long partBits = 8 * packed.stored().info(name).byteCount();
          parts.merge(name.substring(linear.length() + 1), partBits, Long::sum);
          linearBits += partBits;
        }
      }
      weights += shape[0] * shape[1];
      bits += linearBits;
      list.addObject()
          .put("name", linear)
          .put("rows", shape[0])
          .put("cols", shape[1])
          .put("stored_bits_per_weight", (double) linearBits / (shape[0] * shape[1]));
    }
    facts.put("quantized_linears", packed.packedLinears().size());
    facts.put("quantized_weights", weights);
    facts.put("stored_bits_per_weight", (double) bits / weights);
    ObjectNode byPart = facts.putObject("bits_per_weight_by_part");
    final long all = weights;
    parts.forEach((part, b) -> byPart.put(part, (double) b / all));
    if (report != null) {
      facts.set("paper_bits", report.path("size").path("paperBits"));
      facts.set("model_bits_per_parameter", report.path("size").path("modelBits"));
      facts.set("calibration", report.path("calibration"));
      addErrors(list, report);
    }
    if (layers) {
      facts.set("layers", list);
    }
    return facts;
  }

  private static void addErrors(ArrayNode list, JsonNode report) {
    Map<String, Double> errors = new TreeMap<>();
    report
        .path("linears")
        .forEach(l -> errors.put(l.path("name").asText(), l.path("relativeError").asDouble()));
    for (JsonNode layer : list) {
      Double error = errors.get(layer.path("name").asText());
      if (error != null) {
        ((ObjectNode) layer).put("relative_error", error);
      }
    }
  }

  private static JsonNode report(Path folder) {
    Path file = folder.resolve("pbq-report.json");
    if (!Files.exists(file)) {
      return null;
    }
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw PbqException.badData(file + " is not valid JSON", e);
    }
  }

  private static void print(ObjectNode facts, PrintWriter out) {
    facts
        .properties()
        .forEach(
            field -> {
              JsonNode value = field.getValue();
              String label = field.getKey().replace('_', ' ');
              if (value.isArray()) {
                out.println();
                out.printf("%-52s %13s %10s %14s%n", "layer", "shape", "bits", "relative error");
                value.forEach(layer -> printLayer(layer, out));
              } else if (value.isObject()) {
                out.println(label + ":");
                value.properties().forEach(f -> out.println("  " + line(f.getKey(), f.getValue())));
              } else {
                out.println(line(label, value));
              }
            });
  }

  private static String line(String label, JsonNode value) {
    return String.format(Locale.ROOT, "%-26s %s", label, text(value));
  }

  private static String text(JsonNode value) {
    if (value.isFloatingPointNumber()) {
      return String.format(Locale.ROOT, "%.4f", value.asDouble());
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static void printLayer(JsonNode layer, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%-52s %13s %10.4f %14s%n",
        layer.path("name").asText(),
        layer.path("rows").asText() + "x" + layer.path("cols").asText(),
        layer.path("stored_bits_per_weight").asDouble(),
        layer.has("relative_error")
            ? String.format(Locale.ROOT, "%.5f", layer.path("relative_error").asDouble())
            : "-");
  }
}
