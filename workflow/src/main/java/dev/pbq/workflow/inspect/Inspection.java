package dev.pbq.workflow.inspect;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.FileWeights;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The contents of a model folder.
 *
 * @param folder where it is
 * @param architecture {@code model_type} of its configuration, or {@code unknown}
 * @param tensors how many are stored
 * @param bytes of all stored tensors
 * @param bytesByDtype the same by element type
 * @param parameters of a dense model, or one in another program's file: how many numbers; of a
 *     packed one, those that are quantized
 * @param packed what a packed model consists of; empty of a dense one
 */
public record Inspection(
    Path folder,
    String architecture,
    int tensors,
    long bytes,
    Map<String, Long> bytesByDtype,
    long parameters,
    Optional<PackedContents> packed) {

  /**
   * Looks into a folder; reads headers only.
   *
   * @throws dev.pbq.core.PbqException NOT_FOUND or BAD_DATA for weights that are missing or damaged
   */
  public static Inspection of(ModelFolder folder) {
    try (ModelWeights weights =
        Checkpoints.isKnown(folder) ? Checkpoints.open(folder) : Checkpoint.open(folder)) {
      if (weights instanceof PackedCheckpoint packed) {
        PackedContents contents = PackedContents.of(folder, packed);
        return of(folder, packed.stored(), contents.weights(), Optional.of(contents));
      }
      if (weights instanceof FileWeights file) {
        return ofFile(folder, file);
      }
      Checkpoint stored = (Checkpoint) weights;
      long parameters = stored.names().stream().mapToLong(n -> stored.info(n).elementCount()).sum();
      return of(folder, stored, parameters, Optional.empty());
    }
  }

  private static Inspection of(
      ModelFolder folder, Checkpoint stored, long parameters, Optional<PackedContents> packed) {
    Map<String, Long> dtypes = new TreeMap<>();
    for (String name : stored.names()) {
      TensorInfo info = stored.info(name);
      dtypes.merge(info.dtype().name(), info.byteCount(), Long::sum);
    }
    return new Inspection(
        folder.path(),
        folder.modelType().orElse("unknown"),
        stored.names().size(),
        stored.totalBytes(),
        dtypes,
        parameters,
        packed);
  }

  private static Inspection ofFile(ModelFolder folder, FileWeights file) {
    Map<String, Long> types = new TreeMap<>();
    long parameters = 0;
    long bits = 0;
    for (FileWeights.Stored tensor : file.stored()) {
      types.merge(tensor.type(), tensor.bits().total() / 8, Long::sum);
      parameters += tensor.bits().weights();
      bits += tensor.bits().total();
    }
    boolean quantized = file.stored().stream().anyMatch(FileWeights.Stored::quantized);
    return new Inspection(
        file.file(),
        folder.modelType().orElse("unknown"),
        file.stored().size(),
        bits / 8,
        types,
        parameters,
        quantized ? Optional.of(PackedContents.of(file)) : Optional.empty());
  }

  /** Stored bits per parameter of the whole model, where {@link #parameters} counts them all. */
  public double bitsPerParameter() {
    return 8.0 * bytes / parameters;
  }
}
