package dev.pbq.train.run;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.FolderChecksums;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.packed.BitAccount;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.pipeline.LinearOutcome;
import dev.pbq.core.pipeline.PackedFolder;
import dev.pbq.core.pipeline.PeakMemory;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.RunSettings;
import dev.pbq.core.pipeline.VocabularySize;
import dev.pbq.core.pipeline.VocabularyTables;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.student.TrainedWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Packs what was trained into a folder with its report.
 *
 * @param original the dense weights of {@code source}, lent
 */
record TrainedFolder(
    ModelFolder source, Checkpoint original, TransformerModel model, TrainingMethod method) {
  private static final String WEIGHT = ".weight";

  QuantizationReport write(Path work, RunSettings run, TrainedWeights trained, double seconds) {
    Map<String, TensorGroup> packed = new LinkedHashMap<>();
    List<LinearOutcome> outcomes = new ArrayList<>();
    trained
        .linears()
        .forEach(
            (name, layer) -> {
              QuantizedLinear linear = layer.pack();
              PackedTensorCollector collector = new PackedTensorCollector(name);
              linear.write(collector);
              packed.put(name, collector.group());
              outcomes.add(outcome(name, layer, linear));
            });
    Map<String, TensorEntry> vectors = new LinkedHashMap<>();
    trained.vectors().forEach((name, vector) -> vectors.put(name, vector.entry()));
    CheckpointWriter.Written written =
        new PackedFolder(source, original, model.layout()).write(work, run, packed, vectors);
    OptionalLong peak = PeakMemory.bytes();
    QuantizationReport report =
        new QuantizationReport(
            run.version(),
            run.model(),
            run.method(),
            run.settings(),
            null,
            QuantizationReport.Size.of(outcomes, written, original),
            VocabularySize.of(
                VocabularyTables.of(source, original, model.layout()),
                List.of(),
                written.fileBytes(),
                original),
            outcomes,
            List.of(),
            seconds,
            peak.isPresent() ? peak.getAsLong() : null,
            FolderChecksums.seal(work).tensors());
    PackedFolder.writeReport(work, report);
    return report;
  }

  private LinearOutcome outcome(String name, TrainableLinear layer, QuantizedLinear linear) {
    FloatMatrix weight = model.layout().view(original).readMatrix(name + WEIGHT);
    float[] used = new float[weight.data().length];
    layer.use(used);
    double error = 0;
    double reference = 0;
    for (int i = 0; i < used.length; i++) {
      double w = weight.data()[i];
      error += (w - used[i]) * (w - used[i]);
      reference += w * w;
    }
    BitAccount bits = linear.bits();
    return new LinearOutcome(
        name,
        model.layout().linear(name).orElseThrow().block(),
        method.name(),
        linear.rows(),
        linear.cols(),
        reference == 0 ? 0 : error / reference,
        "weight",
        method.paperBits(linear),
        bits.total(),
        bits.byKind(),
        Map.of(),
        0);
  }
}
