package dev.pbq.export.gptq;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.DenseTensors;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.ExportSource;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.Exporter;
import dev.pbq.export.Fidelity;
import dev.pbq.export.FloatTypes;
import dev.pbq.export.ModelConfig;
import dev.pbq.export.TensorError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The layout that GPTQ's loaders read (transformers with GPTQModel or AutoGPTQ, vLLM): uniform
 * grids of 2, 3, 4 or 8 bits with integer zero points, in groups along the inputs.
 */
public final class GptqExporter implements Exporter {
  private static final String DTYPE = "dtype";
  private static final String SHARD_SIZE = "shard-size";
  private static final String CHECKPOINT_FORMAT = "checkpoint-format";
  private static final String WEIGHT = ".weight";

  /** Rows and columns must be whole multiples of this for words to end where they do. */
  private static final int WORD = 32;

  /** How many layers a refusal names. */
  private static final int NAMED = 3;

  @Override
  public String name() {
    return "gptq";
  }

  @Override
  public String summary() {
    return "GPTQ's packed layout, for uniform grids of 2, 3, 4 or 8 bits";
  }

  @Override
  public Set<String> options() {
    return Set.of(DTYPE, SHARD_SIZE, CHECKPOINT_FORMAT);
  }

  /** What becomes of the layers. */
  private static final class Plan {
    final Map<String, String> losses = new LinkedHashMap<>();
    final List<String> packed = new ArrayList<>();
    final List<String> dense = new ArrayList<>();
    final List<String> tables = new ArrayList<>();
    final GptqSettingsFile settings = new GptqSettingsFile();
    boolean zeroAtZero;
  }

  @Override
  public ExportReport export(ExportRequest request, ExportProgress progress) {
    request.requireOptionsOf(this);
    ModelFolder folder = request.source();
    long shardBytes = request.option(SHARD_SIZE).map(ShardSize::parse).orElse(ShardSize.DEFAULT);
    DType type = request.option(DTYPE).map(FloatTypes::parse).orElse(DType.F16);
    if (!folder.isPacked()) {
      throw PbqException.setting(
          "%s is not quantized: format gptq holds codes; quantize it first ({method} gptq or rtn),"
              + " or export it as hf",
          folder.path());
    }
    try (ExportSource source = ExportSource.open(folder)) {
      source.requireOwnLinears(name());
      AffineSource layers = new AffineSource(source);
      Plan plan = plan(source, layers, progress);
      requireLossless(source, plan, request.lossy());
      boolean minusOne = minusOne(request, plan);
      try (OutputDirectory output =
          OutputDirectory.open(
              request.target(),
              request.force(),
              OutputDirectory.Mode.DISCARD_UNFINISHED,
              List.of(folder.path()))) {
        CheckpointWriter.Written written =
            CheckpointWriter.write(
                output.work(), groups(source, layers, plan, type, minusOne), Map.of(), shardBytes);
        folder.copySideFilesTo(output.work());
        ObjectNode config = ModelConfig.dense(folder, type);
        ObjectNode quantization = plan.settings.json(plan.dense, minusOne, source.method());
        config.set("quantization_config", quantization);
        ModelConfig.write(output.work().resolve(ModelFolder.CONFIG), config);
        ModelConfig.write(output.work().resolve("quantize_config.json"), quantization);
        List<ExportedTensor> tensors = readBack(source, layers, output, plan, minusOne, progress);
        output.commit();
        return new ExportReport(
            name(), output.target(), written.fileBytes(), tensors, notes(plan, minusOne));
      }
    }
  }

  private static Plan plan(ExportSource source, AffineSource layers, ExportProgress progress) {
    Plan plan = new Plan();
    List<String> names = source.names();
    int done = 0;
    for (String name : names) {
      progress.at("plan", name, done++, names.size());
      if (source.isPackedTable(name)) {
        plan.tables.add(name);
        continue;
      }
      if (!source.isQuantized(name)) {
        if (source.isLinear(name)) {
          plan.dense.add(linear(name));
        }
        continue;
      }
      AffineFit fit = layers.fit(name);
      String loss = fit.loss();
      if (source.rows(name) % WORD != 0 || source.cols(name) % WORD != 0) {
        loss =
            "a shape of %d x %d, not multiples of %d: it would be stored dense"
                .formatted(source.rows(name), source.cols(name), WORD);
        plan.dense.add(linear(name));
      } else if (fit.layer().isPresent()) {
        plan.packed.add(name);
        plan.settings.add(linear(name), fit.layer().get());
        plan.zeroAtZero |= fit.layer().get().hasZeroAtZero();
      } else {
        throw PbqException.setting(
            "%s (%s) does not fit format gptq: it has %s; {format} hf exports it dense",
            name, source.method(), loss);
      }
      if (!loss.isEmpty()) {
        plan.losses.put(name, loss);
      }
    }
    return plan;
  }

  private static void requireLossless(ExportSource source, Plan plan, boolean lossy) {
    if (plan.packed.isEmpty()) {
      throw PbqException.setting(
          "%s: none of its layers fits format gptq%s; {format} hf exports it dense",
          source.folder().path(),
          plan.losses.isEmpty() ? "" : ": " + plan.losses.entrySet().iterator().next());
    }
    if (lossy || plan.losses.isEmpty()) {
      return;
    }
    List<String> named =
        plan.losses.entrySet().stream()
            .limit(NAMED)
            .map(e -> e.getKey() + " has " + e.getValue())
            .toList();
    int more = plan.losses.size() - named.size();
    throw PbqException.setting(
        "format gptq cannot hold %s layers as they are: %s%s; {lossy} stores the nearest, {format}"
            + " hf exports all dense",
        plan.losses.size(), String.join("; ", named), more > 0 ? "; and " + more + " more" : "");
  }

  private static boolean minusOne(ExportRequest request, Plan plan) {
    String asked = request.option(CHECKPOINT_FORMAT).orElse(plan.zeroAtZero ? "gptq_v2" : "gptq");
    boolean older = asked.equals("gptq");
    if (!older && !asked.equals("gptq_v2")) {
      throw PbqException.setting("{checkpointFormat} %s is not one of gptq, gptq_v2", asked);
    }
    if (older && plan.zeroAtZero) {
      throw PbqException.setting(
          "{checkpointFormat} gptq stores zero points less one, and some are 0: use gptq_v2");
    }
    return older;
  }

  private static List<TensorGroup> groups(
      ExportSource source, AffineSource layers, Plan plan, DType type, boolean minusOne) {
    List<TensorGroup> groups = new ArrayList<>();
    for (String name : source.names()) {
      groups.add(
          plan.packed.contains(name)
              ? GptqTensors.of(name, layers, minusOne)
              : TensorGroup.of(DenseTensors.entry(source, name, type)));
    }
    return groups;
  }

  private static List<ExportedTensor> readBack(
      ExportSource source,
      AffineSource layers,
      OutputDirectory output,
      Plan plan,
      boolean minusOne,
      ExportProgress progress) {
    List<ExportedTensor> tensors = new ArrayList<>();
    List<String> names = source.names();
    try (Checkpoint written = Checkpoint.open(output.work())) {
      GptqReader reader = new GptqReader(written, minusOne);
      for (String name : names) {
        progress.at("check", name, tensors.size(), names.size());
        tensors.add(
            plan.packed.contains(name)
                ? check(source, layers.layer(name), name, plan.losses.containsKey(name), reader)
                : DenseTensors.check(source, name, written));
      }
    }
    return tensors;
  }

  private static ExportedTensor check(
      ExportSource source, AffineLayer layer, String name, boolean lossy, GptqReader reader) {
    int rows = layer.rows();
    int cols = layer.cols();
    float[] expected = new float[rows * cols];
    source.read(name, 0, rows, expected);
    float[] actual = reader.read(linear(name), layer.bits(), rows, cols);
    TensorError.Sum sum = new TensorError.Sum();
    for (int i = 0; i < expected.length; i++) {
      sum.add(expected[i], actual[i]);
      int p = layer.group(i % cols) * rows + i / cols;
      // A fractional zero point moves values by half a step at most, but for those at the ends.
      double allowed = lossy ? (1 << layer.bits()) * (double) layer.scale()[p] : 0;
      if (!(Math.abs((double) expected[i] - actual[i]) <= allowed)) {
        throw PbqException.badData(
            "%s, row %d, column %d: %s was read back for %s"
                .formatted(name, i / cols, i % cols, actual[i], expected[i]));
      }
    }
    TensorError error = sum.error();
    return new ExportedTensor(
        name,
        linear(name) + ".qweight",
        layer.bits() + "-bit",
        error.isZero() ? Fidelity.EXACT : Fidelity.REQUANTIZED,
        error);
  }

  private static List<String> notes(Plan plan, boolean minusOne) {
    List<String> notes = new ArrayList<>();
    if (!minusOne) {
      notes.add("zero points are stored as they are (checkpoint_format gptq_v2)");
    }
    if (!plan.tables.isEmpty()) {
      notes.add(
          String.join(", ", plan.tables)
              + ": packed in the source, dense here, as the format has no place for it");
    }
    if (!plan.dense.isEmpty()) {
      notes.add(
          plan.dense.size()
              + " linears are stored dense (key dynamic of quantization_config, which GPTQModel and"
              + " vLLM read): "
              + String.join(", ", plan.dense.subList(0, Math.min(NAMED, plan.dense.size())))
              + (plan.dense.size() > NAMED ? ", ..." : ""));
    }
    return notes;
  }

  private static String linear(String weight) {
    return weight.substring(0, weight.length() - WEIGHT.length());
  }
}
