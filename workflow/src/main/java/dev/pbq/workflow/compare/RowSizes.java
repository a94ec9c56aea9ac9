package dev.pbq.workflow.compare;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.workflow.inspect.Inspection;
import dev.pbq.workflow.inspect.PackedContents;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bits and bytes of the models of a comparison, from what is stored. */
final class RowSizes {
  private RowSizes() {}

  /** As a quantization's report has them. */
  static Row.Size of(QuantizationReport report) {
    QuantizationReport.Size size = report.size();
    return new Row.Size(size.paperBits(), size.storedBits(), size.modelBits(), size.modelBytes());
  }

  /** Of a dense model. */
  static Row.Size ofDense(ModelFolder folder) {
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      model.requireTensors(checkpoint, folder.path().toString());
      double linearBits = linearBits(model, checkpoint);
      return new Row.Size(
          linearBits,
          linearBits,
          8.0 * checkpoint.totalBytes() / parameters(checkpoint),
          checkpoint.totalBytes());
    }
  }

  /**
   * Of any model that there is.
   *
   * @param original whose parameters it has
   */
  static Row.Size ofExisting(ModelFolder folder, ModelFolder original) {
    Inspection found = Inspection.of(folder);
    if (found.packed().isEmpty() && folder.weightFile().isEmpty()) {
      return ofDense(folder);
    }
    if (found.packed().flatMap(PackedContents::report).isPresent()) {
      return of(found.packed().flatMap(PackedContents::report).get());
    }
    double parameters;
    try (Checkpoint checkpoint = Checkpoint.open(original)) {
      parameters = parameters(checkpoint);
    }
    long bytes = fileBytes(folder);
    double modelBits = 8.0 * bytes / parameters;
    // A file in which nothing is quantized has one width for all.
    double stored = found.packed().map(PackedContents::storedBitsPerWeight).orElse(modelBits);
    return new Row.Size(null, stored, modelBits, bytes);
  }

  /** Of all weight files, headers included, as a quantization's report counts them. */
  private static long fileBytes(ModelFolder folder) {
    try {
      if (folder.weightFile().isPresent()) {
        return Files.size(folder.weightFile().get());
      }
      long bytes = 0;
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(folder.path(), "*.{safetensors,bin}")) {
        for (Path file : files) {
          bytes += Files.size(file);
        }
      }
      return bytes;
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + folder.shown() + ": " + e.getMessage(), e);
    }
  }

  private static long parameters(Checkpoint checkpoint) {
    return checkpoint.names().stream().mapToLong(n -> checkpoint.info(n).elementCount()).sum();
  }

  private static double linearBits(CausalModel model, Checkpoint checkpoint) {
    long bytes = 0;
    long weights = 0;
    for (int b = 0; b < model.blocks(); b++) {
      for (LinearInput input : model.linearInputs(b)) {
        for (Linear linear : input.linears()) {
          TensorInfo info = checkpoint.info(model.layout().holder(linear, checkpoint::contains));
          bytes += linear.weights() * info.dtype().bytes();
          weights += linear.weights();
        }
      }
    }
    return 8.0 * bytes / weights;
  }
}
