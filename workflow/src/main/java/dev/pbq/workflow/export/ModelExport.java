package dev.pbq.workflow.export;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.eval.run.Running;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.Exporter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An export with the comparison of logits.
 *
 * @param running what may be used of the machine
 * @param tokens that are run through source and export before it gets its name; 0 for none; empty
 *     for 32 of models below 50 million weights
 */
public record ModelExport(Running running, Optional<Integer> tokens) {
  private static final int DEFAULT_TOKENS = 32;
  private static final long SMALL = 50_000_000;

  /**
   * Checks.
   *
   * @throws PbqException USAGE for a number below 0
   */
  public ModelExport {
    if (tokens.orElse(0) < 0) {
      throw PbqException.setting("{verifyLogits} %s is below 0", tokens.get());
    }
  }

  /** One that runs small models. */
  public static ModelExport of(Running running) {
    return new ModelExport(running, Optional.empty());
  }

  /**
   * Exports.
   *
   * @throws PbqException as {@link Exporter#export}; BAD_DATA if the export is another model
   */
  public ExportReport run(Exporter exporter, ExportRequest request, ExportProgress progress) {
    return Parallel.withThreads(
        running.threads(), () -> exporter.export(checked(request), progress));
  }

  private ExportRequest checked(ExportRequest request) {
    ModelFolder folder = request.source();
    boolean known = Architectures.supported().contains(folder.modelType().orElse(""));
    return known && tokens.orElse(1) > 0
        ? request.checkedBy((written, tensors) -> look(folder, written, tensors))
        : request;
  }

  private List<String> look(ModelFolder source, Path written, List<ExportedTensor> tensors) {
    TransformerModel model = Architectures.any(source.config(), source.shown().toString());
    boolean small = model.layout().weightCount() < SMALL;
    int count = Math.min(tokens.orElse(small ? DEFAULT_TOKENS : 0), model.maxPositions());
    return count == 0
        ? List.of()
        : new LogitCheck(source, model, count, running).look(written, tensors);
  }
}
