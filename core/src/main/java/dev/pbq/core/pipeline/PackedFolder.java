package dev.pbq.core.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.JsonFiles;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.checkpoint.SafetensorsFile;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.checkpoint.TiedWeights;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.ModelLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Assembles a result from packed linears and the original's unchanged tensors: a Hugging Face
 * folder as {@code docs/format.md} specifies it.
 */
public final class PackedFolder {
  static final String REPORT = QuantizationReport.FILE;

  private static final String FINGERPRINT = "fingerprint";
  private static final String WEIGHT = ".weight";

  private static final ObjectWriter JSON = new ObjectMapper().writerWithDefaultPrettyPrinter();

  private final ModelFolder source;
  private final Checkpoint original;
  private final ModelLayout layout;

  /**
   * A folder like another one.
   *
   * @param original the dense weights of {@code source}, lent
   * @param layout of the model in {@code source}
   */
  public PackedFolder(ModelFolder source, Checkpoint original, ModelLayout layout) {
    this.source = source;
    this.original = original;
    this.layout = layout;
  }

  /**
   * Writes weights, configuration and side files into a directory.
   *
   * @param shards open files of packed linears; every linear in {@code linears} is in one of them
   * @return what was written
   */
  CheckpointWriter.Written write(
      Path directory, RunSettings run, List<SafetensorsFile> shards, List<String> linears) {
    Map<String, TensorGroup> packed = new LinkedHashMap<>();
    linears.forEach(linear -> packed.put(linear, group(linear, shards)));
    return write(directory, run, packed, Map.of());
  }

  /**
   * Writes weights, configuration and side files into a directory.
   *
   * @param linears the packed linears, tables outside of the blocks among them, by their full
   *     names, without {@code .weight}
   * @param vectors tensors that take the place of the original's, by full name
   * @return what was written
   */
  public CheckpointWriter.Written write(
      Path directory,
      RunSettings run,
      Map<String, TensorGroup> linears,
      Map<String, TensorEntry> vectors) {
    Map<String, TensorGroup> packed = new LinkedHashMap<>();
    Map<String, List<TensorGroup>> stacks = new HashMap<>();
    linears.forEach(
        (linear, group) -> {
          String holder =
              layout
                  .linear(linear)
                  .map(l -> layout.holder(l, original::contains))
                  .orElse(linear + WEIGHT);
          if (holder.equals(linear + WEIGHT)) {
            packed.put(holder, group);
          } else {
            stacks.computeIfAbsent(original.info(holder).name(), n -> new ArrayList<>()).add(group);
          }
        });
    vectors.forEach((name, entry) -> packed.put(name, TensorGroup.of(entry)));
    Set<String> parts = names(linears.values());
    Map<String, Long> matrices = matricesOfStacks();
    boolean tied = source.config().path("tie_word_embeddings").asBoolean(false);
    List<TensorGroup> groups = new ArrayList<>();
    for (String name : TiedWeights.storedOnce(original, tied, Architectures.tiedWeights())) {
      List<TensorGroup> stack = stacks.getOrDefault(name, List.of());
      groups.addAll(stack);
      if (!stack.isEmpty() && stack.size() == matrices.get(name)) {
        continue;
      }
      if (TensorNames.resolve(name, parts::contains).isPresent()) {
        continue; // A bias that its layer brings itself.
      }
      TensorGroup group = packed.remove(canonical(name, packed));
      groups.add(group != null ? group : TensorGroup.of(original.entryOf(name)));
    }
    if (!packed.isEmpty()) {
      throw new IllegalStateException("results without an original: " + packed.keySet());
    }
    CheckpointWriter.Written written =
        CheckpointWriter.write(
            directory, WeightFiles.PACKED, groups, Map.of(), run.output().maxShardBytes());
    source.copySideFilesTo(directory);
    ObjectNode config = source.config();
    ObjectNode quantization = config.putObject("quantization_config");
    quantization.put("quant_method", ModelFolder.PBQ);
    quantization.put("format_version", PackedCheckpoint.FORMAT_VERSION);
    quantization.put("method", run.method());
    quantization.set("settings", run.settings());
    quantization.put("pbq_version", run.version());
    run.output()
        .sideFiles()
        .forEach((name, bytes) -> AtomicFile.write(directory.resolve(name), bytes));
    AtomicFile.write(directory.resolve(ModelFolder.CONFIG), json(config));
    return written;
  }

  private static Set<String> names(Collection<TensorGroup> groups) {
    return groups.stream()
        .flatMap(group -> group.entries().stream())
        .map(TensorEntry::name)
        .collect(Collectors.toSet());
  }

  /** How many linears each stack of the original holds, by its name. */
  private Map<String, Long> matricesOfStacks() {
    return layout.linears().stream()
        .filter(linear -> !original.contains(linear.weight()))
        .map(linear -> layout.holder(linear, original::contains))
        .filter(original::contains)
        .collect(Collectors.groupingBy(n -> original.info(n).name(), Collectors.counting()));
  }

  /** Writes what a run did beside its result. */
  public static void writeReport(Path directory, QuantizationReport report) {
    AtomicFile.write(directory.resolve(REPORT), json(report));
  }

  /** Writes the report with what the run depends on. */
  static void writeReport(Path directory, QuantizationReport report, Fingerprint fingerprint) {
    ObjectNode all = new ObjectMapper().valueToTree(report);
    fingerprint.parts().forEach(all.putObject(FINGERPRINT)::put);
    AtomicFile.write(directory.resolve(REPORT), json(all));
  }

  /** What the run of a finished folder depended on, by its report; empty if that does not say. */
  static Fingerprint fingerprint(Path directory) {
    Map<String, String> parts = new LinkedHashMap<>();
    JsonFiles.readObject(directory.resolve(REPORT))
        .path(FINGERPRINT)
        .properties()
        .forEach(part -> parts.put(part.getKey(), part.getValue().asText()));
    return new Fingerprint(parts);
  }

  /** Some checkpoints store {@code layers.0...} for {@code model.layers.0...}. */
  private static String canonical(String stored, Map<String, TensorGroup> packed) {
    return TensorNames.resolve(stored, packed::containsKey).orElse(stored);
  }

  private static TensorGroup group(String linear, List<SafetensorsFile> shards) {
    String key = PackedTensorCollector.KEY_PREFIX + linear;
    for (SafetensorsFile shard : shards) {
      String descriptor = shard.metadata().get(key);
      if (descriptor != null) {
        List<TensorEntry> entries =
            shard.tensors().keySet().stream()
                .filter(name -> name.startsWith(linear + "."))
                .map(shard::entryOf)
                .toList();
        return new TensorGroup(entries, Map.of(key, descriptor));
      }
    }
    throw new IllegalStateException("no shard holds " + linear);
  }

  private static byte[] json(Object value) {
    try {
      return (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not representable as JSON: " + value, e);
    }
  }
}
