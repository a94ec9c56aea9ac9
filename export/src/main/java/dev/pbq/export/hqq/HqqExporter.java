package dev.pbq.export.hqq;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TiedWeights;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.DenseTensors;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.ExportSource;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.Exporter;
import dev.pbq.export.Fidelity;
import dev.pbq.export.ModelConfig;
import dev.pbq.export.TensorError;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The safetensors layout of HQQ's reference program: codes in its slab packing, scales and zero
 * points in the type that a layer computes in, everything else dense.
 */
public final class HqqExporter implements Exporter {
  /** The name of the format, and of the method that it is for. */
  static final String NAME = "hqq";

  private static final String WEIGHT = ".weight";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "the safetensors layout of HQQ's reference program";
  }

  @Override
  public Set<String> options() {
    return Set.of(ExportRequest.DTYPE);
  }

  /** What is decided before anything is written. */
  private record Plan(
      LayerConversion conversion,
      Optional<DType> dense,
      List<String> notes,
      Optional<CopiedHead> copiedHead) {}

  /** A head that the source leaves out because it is the embedding; both are weights' names. */
  private record CopiedHead(String head, String embedding) {}

  @Override
  public ExportReport export(ExportRequest request, ExportProgress progress) {
    request.requireOptionsOf(this);
    ModelFolder folder = request.source();
    try (ExportSource source = ExportSource.open(folder)) {
      source.requireOwnLinears(name());
      Plan plan = plan(request, source, progress);
      try (OutputDirectory output =
          OutputDirectory.open(
              request.target(),
              request.force(),
              OutputDirectory.Mode.DISCARD_UNFINISHED,
              List.of(folder.path()))) {
        long bytes =
            new LayerShards(folder.config()).write(output.work(), entries(source, plan, progress));
        folder.copySideFilesTo(output.work());
        ModelConfig.write(output.work().resolve(ModelFolder.CONFIG), config(source, plan));
        List<ExportedTensor> tensors = readBack(source, plan, output, progress);
        List<String> notes = new ArrayList<>(source.notes());
        notes.addAll(plan.notes());
        notes.addAll(request.check().look(output.work(), tensors));
        output.commit();
        return new ExportReport(name(), output.target(), bytes, tensors, notes);
      }
    }
  }

  /** Looks at every layer once, so that nothing is begun that cannot be finished. */
  private static Plan plan(ExportRequest request, ExportSource source, ExportProgress progress) {
    Optional<DType> asked = request.dtype();
    LayerConversion conversion =
        new LayerConversion(asked.map(HqqExporter::compute), request.lossy() || asked.isPresent());
    Set<ComputeDtype> types = EnumSet.noneOf(ComputeDtype.class);
    long coded = 0;
    List<String> layers = source.names().stream().filter(name -> isLayer(source, name)).toList();
    for (int i = 0; i < layers.size(); i++) {
      progress.at("plan", layers.get(i), i, layers.size());
      types.add(converted(source, layers.get(i), conversion).compute());
      coded += isCoded(source, layers.get(i)) ? 1 : 0;
    }
    if (layers.isEmpty()) {
      throw PbqException.usage(
          source.folder().path() + " holds no quantized layer: format hqq is for method hqq");
    }
    List<String> notes = new ArrayList<>();
    if (coded > 0) {
      notes.add(coded + " layers had quantized scales or zero points, which the layout lacks");
    }
    source.names().stream()
        .filter(source::isPackedEmbedding)
        .forEach(n -> notes.add(n + ": packed in the source, dense here, as in HQQ's programs"));
    Optional<DType> dense = asked;
    if (types.equals(EnumSet.of(ComputeDtype.F32))) {
      // Exact, and the reference program wants one type throughout.
      dense = Optional.of(DType.F32);
    } else if (asked.isEmpty()) {
      notes.add(
          "tensors that are not quantized keep their type; HQQ's programs expect the type that"
              + " layers compute in: dtype sets both");
    }
    return new Plan(
        conversion, dense, notes, source.isTied() ? copiedHead(source) : Optional.empty());
  }

  private static ComputeDtype compute(DType type) {
    return switch (type) {
      case F16 -> ComputeDtype.F16;
      case BF16 -> ComputeDtype.BF16;
      default -> ComputeDtype.F32;
    };
  }

  private static boolean isCoded(ExportSource source, String name) {
    return source.packed(name).orElseThrow() instanceof HqqLinear layer
        && (layer.scale() instanceof HqqParameters.Coded
            || layer.zero() instanceof HqqParameters.Coded);
  }

  private static Optional<CopiedHead> copiedHead(ExportSource source) {
    return Architectures.tiedWeights().entrySet().stream()
        .filter(pair -> source.contains(pair.getKey()))
        .findFirst()
        .filter(pair -> !source.contains(pair.getValue()))
        .map(pair -> new CopiedHead(pair.getValue(), pair.getKey()));
  }

  private static HqqLinear converted(ExportSource source, String name, LayerConversion conversion) {
    return conversion.convert(linear(name), source.packed(name).orElseThrow());
  }

  private static String linear(String weight) {
    return weight.substring(0, weight.length() - WEIGHT.length());
  }

  private static List<TensorEntry> entries(
      ExportSource source, Plan plan, ExportProgress progress) {
    List<TensorEntry> entries = new ArrayList<>();
    int[] done = {0};
    for (String name : source.names()) {
      List<TensorEntry> parts =
          isLayer(source, name)
              ? HqqLayerWriter.entries(
                  linear(name), () -> converted(source, name, plan.conversion()))
              : List.of(dense(source, plan, name));
      TensorEntry first = parts.get(0);
      entries.add(
          new TensorEntry(
              first.name(),
              first.dtype(),
              first.shape(),
              out -> {
                progress.at("write", name, done[0]++, source.names().size());
                first.source().writeTo(out);
              }));
      entries.addAll(parts.subList(1, parts.size()));
    }
    if (plan.copiedHead().isPresent()) {
      // The reference saves and loads every module, the tied head as well.
      CopiedHead copied = plan.copiedHead().get();
      TensorEntry embedding = dense(source, plan, copied.embedding());
      entries.add(
          new TensorEntry(copied.head(), embedding.dtype(), embedding.shape(), embedding.source()));
    }
    return entries;
  }

  private static TensorEntry dense(ExportSource source, Plan plan, String name) {
    if (source.isPackedEmbedding(name)) {
      return DenseTensors.entry(source, name, plan.dense().orElse(DType.F16));
    }
    return plan.dense()
        .map(type -> DenseTensors.entry(source, name, type))
        .orElseGet(() -> source.verbatim(name));
  }

  /** Whether a tensor is written as a quantized layer; an embedding is none to HQQ's programs. */
  private static boolean isLayer(ExportSource source, String name) {
    return source.isQuantized(name) && !source.isPackedEmbedding(name);
  }

  private static ObjectNode config(ExportSource source, Plan plan) {
    return plan.dense()
        .map(type -> ModelConfig.dense(source, type))
        .orElseGet(() -> ModelConfig.of(source));
  }

  private static List<ExportedTensor> readBack(
      ExportSource source, Plan plan, OutputDirectory output, ExportProgress progress) {
    List<ExportedTensor> tensors = new ArrayList<>();
    List<String> names = source.names();
    try (ModelWeights written = Checkpoints.open(ModelFolder.open(output.work()))) {
      if (!(written instanceof PackedCheckpoint packed)) {
        throw PbqException.badData(output.work() + ": read back, it holds no quantized layer");
      }
      if (plan.copiedHead().isPresent()) {
        requireTied(packed, plan.copiedHead().get());
      }
      for (String name : names) {
        progress.at("check", name, tensors.size(), names.size());
        tensors.add(
            isLayer(source, name)
                ? check(source, plan, packed, name)
                : DenseTensors.check(source, name, packed.stored()));
      }
    }
    return tensors;
  }

  private static void requireTied(PackedCheckpoint written, CopiedHead copied) {
    Map<String, String> headOf = Map.of(copied.embedding(), copied.head());
    if (TiedWeights.storedOnce(written.stored(), true, headOf).contains(copied.head())) {
      throw PbqException.badData(copied.head() + " was read back other than the embedding");
    }
  }

  private static ExportedTensor check(
      ExportSource source, Plan plan, PackedCheckpoint written, String name) {
    HqqLinear meant = converted(source, name, plan.conversion());
    if (!written.packed(linear(name)).equals(meant)) {
      throw PbqException.badData("layer " + linear(name) + " was read back other than written");
    }
    float[] before = source.packed(name).orElseThrow().dequantize().data();
    float[] after = meant.dequantize().data();
    TensorError.Sum sum = new TensorError.Sum();
    for (int i = 0; i < before.length; i++) {
      sum.add(before[i], after[i]);
    }
    TensorError error = sum.error();
    return new ExportedTensor(
        name,
        linear(name) + ".W_q",
        "HQQ-" + meant.compute(),
        error.isZero() ? Fidelity.EXACT : Fidelity.ROUNDED,
        error);
  }
}
