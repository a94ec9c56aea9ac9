package dev.pbq.workflow.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.checkpoint.FileWeights;
import dev.pbq.core.checkpoint.ForeignLayout;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.pipeline.LinearOutcome;
import dev.pbq.core.pipeline.QuantizationReport;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The layers of a packed model and their stored bits.
 *
 * @param method its name, with the layout where another program wrote the folder
 * @param settings of the method, complete; empty where another program wrote the folder
 * @param linears the quantized layers of the blocks, in natural order
 * @param tables embedding and head, where they are quantized
 * @param bitsByPart stored bits of the layers of the blocks by part (codes, scales, ...)
 * @param report of the quantization; empty where the folder has none
 */
public record PackedContents(
    String method,
    Optional<JsonNode> settings,
    List<PackedLayer> linears,
    List<PackedLayer> tables,
    Map<String, Long> bitsByPart,
    Optional<QuantizationReport> report) {
  public PackedContents {
    linears = List.copyOf(linears);
    tables = List.copyOf(tables);
  }

  static PackedContents of(ModelFolder folder, PackedCheckpoint packed) {
    Optional<QuantizationReport> report =
        Files.exists(folder.path().resolve(QuantizationReport.FILE))
            ? Optional.of(QuantizationReport.read(folder.path()))
            : Optional.empty();
    Map<String, Double> errors = new HashMap<>();
    report.ifPresent(r -> r.linears().forEach(l -> errors.put(l.name(), error(l))));
    report
        .flatMap(r -> Optional.ofNullable(r.vocabulary()))
        .ifPresent(v -> v.tables().forEach(t -> errors.put(t.name(), error(t))));
    Set<String> tableNames = tableNames(folder);
    Map<String, Map<String, Long>> partsOf = partBits(packed);
    Map<String, Long> parts = new TreeMap<>();
    List<PackedLayer> linears = new ArrayList<>();
    List<PackedLayer> tables = new ArrayList<>();
    for (String linear : packed.packedLinears()) {
      long[] shape = packed.shape(linear + ".weight");
      Map<String, Long> own = partsOf.getOrDefault(linear, Map.of());
      boolean isTable = TensorNames.resolve(linear, tableNames::contains).isPresent();
      if (!isTable) {
        own.forEach((part, bits) -> parts.merge(part, bits, Long::sum));
      }
      (isTable ? tables : linears)
          .add(
              new PackedLayer(
                  linear,
                  shape[0],
                  shape[1],
                  own.values().stream().mapToLong(Long::longValue).sum(),
                  Optional.ofNullable(errors.get(linear))));
    }
    Optional<ForeignLayout> layout = packed.foreignLayout();
    return new PackedContents(
        layout
            .map(l -> l.name() + " (layout of its reference program)")
            .orElseGet(() -> folder.quantizationConfig().path("method").asText()),
        layout.isPresent()
            ? Optional.empty()
            : Optional.of(folder.quantizationConfig().path("settings")),
        linears,
        tables,
        parts,
        report);
  }

  /** Of a file of another program: the linears of its blocks, whatever they are stored in. */
  static PackedContents of(FileWeights file) {
    Map<String, Long> parts = new TreeMap<>();
    List<PackedLayer> linears = new ArrayList<>();
    for (FileWeights.Stored tensor : file.stored()) {
      if (tensor.inBlock()) {
        tensor
            .bits()
            .byKind()
            .forEach(
                (kind, bits) -> parts.merge(kind.name().toLowerCase(Locale.ROOT), bits, Long::sum));
        String name = tensor.name().substring(0, tensor.name().length() - ".weight".length());
        linears.add(
            new PackedLayer(
                name,
                tensor.shape()[0],
                tensor.shape()[1],
                tensor.bits().total(),
                Optional.empty()));
      }
    }
    return new PackedContents(
        file.format().title() + " file",
        Optional.empty(),
        linears,
        List.of(),
        parts,
        Optional.empty());
  }

  /** Names of embedding and head; of a model that pbq cannot run none are known. */
  private static Set<String> tableNames(ModelFolder folder) {
    if (!Architectures.supported().contains(folder.modelType().orElse(""))) {
      return Set.of();
    }
    return Architectures.any(folder.config(), folder.path().toString())
        .layout()
        .vocabularyTables(head -> true)
        .stream()
        .map(VocabularyTable::name)
        .collect(Collectors.toSet());
  }

  private static double error(LinearOutcome outcome) {
    return outcome.relativeError();
  }

  /** The bits of every part of each packed linear. */
  private static Map<String, Map<String, Long>> partBits(PackedCheckpoint packed) {
    Map<String, Map<String, Long>> parts = new HashMap<>();
    Set<String> own = Set.copyOf(packed.ownBiases());
    for (String name : packed.stored().names()) {
      int dot = name.lastIndexOf('.');
      if (dot > 0 && (!name.endsWith(".bias") || own.contains(name))) {
        parts
            .computeIfAbsent(name.substring(0, dot), linear -> new TreeMap<>())
            .put(name.substring(dot + 1), 8 * packed.stored().info(name).byteCount());
      }
    }
    return parts;
  }

  /** Quantized weights. */
  public long weights() {
    return linears.stream().mapToLong(PackedLayer::weights).sum();
  }

  /** Stored bits per quantized weight, everything that the layers need included; 0 without any. */
  public double storedBitsPerWeight() {
    return linears.isEmpty()
        ? 0
        : (double) linears.stream().mapToLong(PackedLayer::storedBits).sum() / weights();
  }
}
