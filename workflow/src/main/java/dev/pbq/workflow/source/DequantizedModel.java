package dev.pbq.workflow.source;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.TemporaryFolder;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.Exporters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A model that is quantized already, taken as the dense model of its dequantized weights: a
 * temporary folder that holds them in float32, 4 bytes each, until this is closed.
 */
public final class DequantizedModel implements AutoCloseable {
  private final ResolvedModel model;
  private final TemporaryFolder root;

  private DequantizedModel(ResolvedModel model, TemporaryFolder root) {
    this.model = model;
    this.root = root;
  }

  /** Whether a model is quantized, so that there is something to dequantize. */
  public static boolean isQuantized(ResolvedModel model) {
    return Checkpoints.quantizedBy(ModelFolder.open(model.folder())).isPresent();
  }

  /**
   * Writes the dequantized weights, read back and compared; the caller closes what is returned.
   *
   * @param quantized a model of any kind that is read
   * @throws PbqException RESOURCES if there is no room for the folder; as the export to {@code hf}
   */
  public static DequantizedModel of(ResolvedModel quantized, ExportProgress progress) {
    TemporaryFolder root;
    try {
      root = TemporaryFolder.create("dequantized");
    } catch (IOException e) {
      throw PbqException.resources("cannot make a temporary folder: " + e.getMessage(), e);
    }
    try {
      Path folder = root.path().resolve(quantized.folder().toAbsolutePath().getFileName());
      Exporters.of("hf")
          .export(
              new ExportRequest(
                  ModelFolder.open(quantized.folder()),
                  folder,
                  false,
                  false,
                  Map.of("dtype", "f32")),
              progress);
      return new DequantizedModel(
          new ResolvedModel(
              quantized.requested(),
              quantized.displayName(),
              folder,
              quantized.source() + ", dequantized"),
          root);
    } catch (RuntimeException | Error e) {
      delete(root);
      throw e;
    }
  }

  /** The dense model; its folder exists until this is closed. */
  public ResolvedModel model() {
    return model;
  }

  private static void delete(TemporaryFolder root) {
    try {
      root.close();
    } catch (IOException e) {
      throw PbqException.resources("cannot remove " + root.path() + ": " + e.getMessage(), e);
    }
  }

  /** Deletes the folder. Closing again has no effect. */
  @Override
  public void close() {
    delete(root);
  }
}
