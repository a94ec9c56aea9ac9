package dev.pbq.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes a packed model in an {@link AffineFormat}: packed layers as the format has them,
 * everything else dense in one type.
 *
 * @param name the exporter's
 * @param dense the type of all that is dense
 * @param shardBytes the largest size of a file
 */
public record AffineExport(String name, DType dense, long shardBytes) {
  private static final String WEIGHT = ".weight";

  /** How many layers a note names. */
  private static final int NAMED = 3;

  /** A layer's name without {@code .weight}. */
  static String linear(String weight) {
    return weight.substring(0, weight.length() - WEIGHT.length());
  }

  /** What is written where. */
  private record Job(
      AffineFormat format, ExportSource source, AffineSource layers, AffinePlan plan) {
    boolean isPacked(String name) {
      return name.endsWith(WEIGHT) && plan.packed().containsKey(linear(name));
    }
  }

  /**
   * Exports.
   *
   * @param format the layout of packed layers
   * @throws PbqException as {@link Exporter#export}
   */
  public ExportReport export(ExportRequest request, AffineFormat format, ExportProgress progress) {
    ModelFolder folder = request.source();
    if (!folder.isPacked()) {
      throw PbqException.setting(
          "%s is not quantized: format %s holds codes; quantize it first ({method} gptq or rtn),"
              + " or export it as hf",
          folder.path(), name);
    }
    try (ExportSource source = ExportSource.open(folder)) {
      source.requireOwnLinears(name);
      AffineSource layers = new AffineSource(source, format.widths(), format.scales());
      AffinePlan plan = new AffinePlanner(format, source, layers).plan(request.lossy(), progress);
      Job job = new Job(format, source, layers, plan);
      // Before anything is written: settings may not go together.
      ObjectNode settings = format.settings(plan, others(job), source.method());
      try (OutputDirectory output =
          OutputDirectory.open(
              request.target(),
              request.force(),
              OutputDirectory.Mode.DISCARD_UNFINISHED,
              List.of(folder.path()))) {
        CheckpointWriter.Written written =
            CheckpointWriter.write(output.work(), groups(job, progress), Map.of(), shardBytes);
        folder.copySideFilesTo(output.work());
        ObjectNode config = ModelConfig.dense(source, dense);
        config.set("quantization_config", settings);
        ModelConfig.write(output.work().resolve(ModelFolder.CONFIG), config);
        format
            .files(settings)
            .forEach((file, json) -> ModelConfig.write(output.work().resolve(file), json));
        List<ExportedTensor> tensors = readBack(job, output, progress);
        List<String> notes = new ArrayList<>(source.notes());
        notes.addAll(notes(job));
        notes.addAll(request.check().look(output.work(), tensors));
        output.commit();
        return new ExportReport(name, output.target(), written.fileBytes(), tensors, notes);
      }
    }
  }

  /** Matrices outside of the blocks, and those of the blocks that are no linears (routers). */
  private static List<String> others(Job job) {
    return job.source().names().stream()
        .filter(n -> n.endsWith(WEIGHT) && job.source().shape(n).length == 2)
        .filter(n -> !job.isPacked(n) && !job.plan().dense().contains(linear(n)))
        .map(AffineExport::linear)
        .toList();
  }

  private List<TensorGroup> groups(Job job, ExportProgress progress) {
    List<TensorGroup> groups = new ArrayList<>();
    List<String> names = job.source().names();
    int[] done = {0};
    for (String name : names) {
      Runnable begun = () -> progress.at("write", name, done[0]++, names.size());
      groups.add(
          (job.isPacked(name)
                  ? job.format().tensors(linear(name), () -> job.layers().layer(name), job.plan())
                  : TensorGroup.of(DenseTensors.entry(job.source(), name, dense)))
              .announced(begun));
    }
    return groups;
  }

  private static List<ExportedTensor> readBack(
      Job job, OutputDirectory output, ExportProgress progress) {
    List<ExportedTensor> tensors = new ArrayList<>();
    List<String> names = job.source().names();
    ModelFolder folder = ModelFolder.open(output.work());
    try (Checkpoint written = Checkpoint.open(output.work())) {
      Function<String, float[]> reader =
          name ->
              job.format()
                  .read(
                      folder,
                      written,
                      linear(name),
                      job.plan(),
                      job.source().rows(name),
                      job.source().cols(name));
      for (String name : names) {
        progress.at("check", name, tensors.size(), names.size());
        tensors.add(
            job.isPacked(name)
                ? check(job, name, reader.apply(name))
                : DenseTensors.check(job.source(), name, written));
      }
    }
    return tensors;
  }

  private static ExportedTensor check(Job job, String name, float[] actual) {
    AffineLayer layer = job.layers().layer(name);
    boolean lossy = job.plan().losses().containsKey(linear(name));
    int rows = layer.rows();
    int cols = layer.cols();
    float[] expected = new float[rows * cols];
    job.source().read(name, 0, rows, expected);
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
        job.format().tensors(linear(name), () -> layer, job.plan()).entries().get(0).name(),
        layer.bits() + "-bit",
        error.isZero() ? Fidelity.EXACT : Fidelity.REQUANTIZED,
        error);
  }

  private static List<String> notes(Job job) {
    AffinePlan plan = job.plan();
    List<String> notes = new ArrayList<>(job.format().notes(plan));
    if (!plan.tables().isEmpty()) {
      notes.add(
          String.join(", ", plan.tables())
              + ": packed in the source, dense here, as the format has no place for it");
    }
    if (!plan.dense().isEmpty()) {
      List<String> named = plan.dense().subList(0, Math.min(NAMED, plan.dense().size()));
      notes.add(
          plan.dense().size()
              + " linears are stored dense, and listed as such in quantization_config: "
              + String.join(", ", named)
              + (plan.dense().size() > NAMED ? ", ..." : ""));
    }
    return notes;
  }
}
