package dev.pbq.export.hf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.DenseTensors;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.ExportSource;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.Exporter;
import dev.pbq.export.FloatTypes;
import dev.pbq.export.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Dense safetensors that any program loads which reads Hugging Face folders: quantized layers
 * dequantized, everything in one floating-point type, no {@code quantization_config}.
 */
public final class HfExporter implements Exporter {
  @Override
  public String name() {
    return "hf";
  }

  @Override
  public String summary() {
    return "dense safetensors in a Hugging Face folder";
  }

  @Override
  public Set<String> options() {
    return Set.of(ExportRequest.DTYPE, ExportRequest.SHARD_SIZE);
  }

  @Override
  public ExportReport export(ExportRequest request, ExportProgress progress) {
    request.requireOptionsOf(this);
    long shardBytes = request.shardBytes();
    ModelFolder folder = request.source();
    try (ExportSource source = ExportSource.open(folder);
        OutputDirectory output =
            OutputDirectory.open(
                request.target(),
                request.force(),
                OutputDirectory.Mode.DISCARD_UNFINISHED,
                List.of(folder.path()))) {
      DType type = request.dtype().orElseGet(() -> usual(source));
      CheckpointWriter.Written written =
          CheckpointWriter.write(
              output.work(), groups(source, type, progress), Map.of(), shardBytes);
      folder.copySideFilesTo(output.work());
      ObjectNode config = ModelConfig.dense(source, type);
      ModelConfig.write(output.work().resolve(ModelFolder.CONFIG), config);
      List<ExportedTensor> tensors = readBack(source, output, progress);
      List<String> notes = new ArrayList<>(source.notes());
      notes.addAll(notes(tensors, type));
      notes.addAll(request.check().look(output.work(), tensors));
      output.commit();
      return new ExportReport(name(), output.target(), written.fileBytes(), tensors, notes);
    }
  }

  /** The type of most values that are not packed. */
  private static DType usual(ExportSource source) {
    long half = 0;
    long brain = 0;
    long single = 0;
    for (String name : source.names()) {
      if (!source.isQuantized(name)) {
        long count = (long) source.rows(name) * source.cols(name);
        switch (source.dtype(name)) {
          case F16 -> half += count;
          case BF16 -> brain += count;
          case F32, F64 -> single += count;
          default -> {
            // Buffers of integers say nothing.
          }
        }
      }
    }
    if (single > half && single > brain) {
      return DType.F32;
    }
    return brain > half ? DType.BF16 : DType.F16;
  }

  private static List<TensorGroup> groups(
      ExportSource source, DType type, ExportProgress progress) {
    List<TensorGroup> groups = new ArrayList<>();
    List<String> names = source.names();
    int[] done = {0};
    for (String name : names) {
      TensorEntry entry = DenseTensors.entry(source, name, type);
      groups.add(
          TensorGroup.of(entry)
              .announced(() -> progress.at("write", name, done[0]++, names.size())));
    }
    return groups;
  }

  private static List<ExportedTensor> readBack(
      ExportSource source, OutputDirectory output, ExportProgress progress) {
    List<ExportedTensor> tensors = new ArrayList<>();
    List<String> names = source.names();
    try (ExportSource written = ExportSource.open(ModelFolder.open(output.work()));
        Checkpoint checkpoint = Checkpoint.open(output.work())) {
      if (!Set.copyOf(written.names()).equals(Set.copyOf(names))) {
        throw PbqException.badData(
            output.work() + ": read back, it holds other tensors than were written");
      }
      for (String name : names) {
        progress.at("check", name, tensors.size(), names.size());
        tensors.add(DenseTensors.check(source, name, checkpoint));
      }
    }
    return tensors;
  }

  private static List<String> notes(List<ExportedTensor> tensors, DType type) {
    long rounded = tensors.stream().filter(t -> !t.error().isZero()).count();
    return rounded == 0
        ? List.of()
        : List.of(
            rounded
                + " of "
                + tensors.size()
                + " tensors hold values that "
                + FloatTypes.torchName(type)
                + " rounds; dtype f32 keeps them to the last bit");
  }
}
