package dev.pbq.export.onebit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.ScaleDtype;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The packed layout of OneBit's reference program, in safetensors where that program has pickles:
 * signs in bytes, two vectors for each linear, everything else dense, {@code model_type} {@code
 * bitllama}.
 */
public final class OneBitExporter implements Exporter {
  @Override
  public String name() {
    return OneBitLayout.NAME;
  }

  @Override
  public String summary() {
    return "the packed layout of OneBit's reference program, in safetensors";
  }

  @Override
  public Set<String> options() {
    return Set.of(ExportRequest.DTYPE, ExportRequest.SHARD_SIZE);
  }

  @Override
  public ExportReport export(ExportRequest request, ExportProgress progress) {
    request.requireOptionsOf(this);
    Optional<DType> dense = request.dtype();
    OneBitLayer layers = new OneBitLayer(dense.map(OneBitExporter::vectors));
    long shardBytes = request.shardBytes();
    ModelFolder folder = request.source();
    try (ExportSource source = ExportSource.openAnyForm(folder)) {
      requireOneBit(source, layers, progress);
      try (OutputDirectory output =
          OutputDirectory.open(
              request.target(),
              request.force(),
              OutputDirectory.Mode.DISCARD_UNFINISHED,
              List.of(folder.path()))) {
        CheckpointWriter.Written written =
            CheckpointWriter.write(
                output.work(), groups(source, layers, dense, progress), Map.of(), shardBytes);
        folder.copySideFilesTo(output.work());
        ModelConfig.write(output.work().resolve(ModelFolder.CONFIG), config(source, dense));
        List<ExportedTensor> tensors = readBack(source, layers, output, progress);
        List<String> notes = new ArrayList<>(source.notes());
        notes.addAll(request.check().look(output.work(), tensors));
        output.commit();
        return new ExportReport(name(), output.target(), written.fileBytes(), tensors, notes);
      }
    }
  }

  private static ScaleDtype vectors(DType type) {
    return switch (type) {
      case F16 -> ScaleDtype.F16;
      case F32 -> ScaleDtype.F32;
      default ->
          throw PbqException.setting(
              "{dtype} %s: format onebit has f16 and f32", FloatTypes.torchName(type));
    };
  }

  /** The program replaces every linear of a Llama model; looks at each once. */
  private static void requireOneBit(
      ExportSource source, OneBitLayer layers, ExportProgress progress) {
    String folder = source.folder().path().toString();
    String type = source.folder().modelType().orElse("unknown");
    if (!type.equals("llama")) {
      throw PbqException.usage(
          folder + ": OneBit's program runs models of type llama, not '" + type + "'");
    }
    if (!source.isPacked()) {
      throw PbqException.usage(
          folder + " holds no quantized layer: format onebit is for results of method onebit");
    }
    List<String> linears = source.names().stream().filter(source::isLinear).toList();
    for (int i = 0; i < linears.size(); i++) {
      progress.at("plan", linears.get(i), i, linears.size());
      if (!source.isQuantized(linears.get(i))) {
        throw PbqException.usage(
            folder
                + ": layer "
                + OneBitLayer.linear(linears.get(i))
                + " is dense: OneBit's program has every linear of the blocks packed");
      }
      layers.convert(source, linears.get(i));
    }
  }

  private static List<TensorGroup> groups(
      ExportSource source, OneBitLayer layers, Optional<DType> dense, ExportProgress progress) {
    List<TensorGroup> groups = new ArrayList<>();
    List<String> names = source.names();
    int[] done = {0};
    for (String name : names) {
      Runnable begun = () -> progress.at("write", name, done[0]++, names.size());
      if (source.isQuantized(name) && !source.isPackedTable(name)) {
        groups.add(layers.tensors(source, name, begun));
        continue;
      }
      TensorEntry entry =
          dense
              .or(() -> Optional.of(DType.F16).filter(t -> source.isPackedTable(name)))
              .map(type -> DenseTensors.entry(source, name, type))
              .orElseGet(() -> source.verbatim(name));
      groups.add(TensorGroup.of(entry).announced(begun));
    }
    return groups;
  }

  private static ObjectNode config(ExportSource source, Optional<DType> dense) {
    ObjectNode config =
        dense.map(type -> ModelConfig.dense(source, type)).orElseGet(() -> ModelConfig.of(source));
    config.put("model_type", "bitllama");
    config.putArray("architectures").add("BitLlamaForCausalLMInf");
    return config;
  }

  private static List<ExportedTensor> readBack(
      ExportSource source, OneBitLayer layers, OutputDirectory output, ExportProgress progress) {
    List<ExportedTensor> tensors = new ArrayList<>();
    List<String> names = source.names();
    try (ModelWeights written = Checkpoints.open(ModelFolder.open(output.work()))) {
      if (!(written instanceof PackedCheckpoint packed)) {
        throw PbqException.badData(output.work() + ": read back, it holds no quantized layer");
      }
      for (String name : names) {
        progress.at("check", name, tensors.size(), names.size());
        tensors.add(
            source.isQuantized(name) && !source.isPackedTable(name)
                ? check(source, layers, packed, name)
                : DenseTensors.check(source, name, packed.stored()));
      }
    }
    return tensors;
  }

  private static ExportedTensor check(
      ExportSource source, OneBitLayer layers, PackedCheckpoint written, String name) {
    OneBitLinear meant = layers.convert(source, name);
    String linear = OneBitLayer.linear(name);
    if (!written.packed(linear).equals(meant)) {
      throw PbqException.badData("layer " + linear + " was read back other than written");
    }
    float[] before = source.packed(name).orElseThrow().dequantize().data();
    float[] after = meant.dequantize().data();
    TensorError.Sum sum = new TensorError.Sum();
    for (int i = 0; i < before.length; i++) {
      sum.add(before[i], after[i]);
    }
    TensorError error = sum.error();
    Fidelity fidelity = error.isZero() ? Fidelity.EXACT : Fidelity.ROUNDED;
    return new ExportedTensor(name, name, "ONEBIT", fidelity, error);
  }
}
