package dev.pbq.workflow.compare;

import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputFolders;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.workflow.recipe.RecipeFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Quantizes and measures one candidate after the other; results of earlier runs are used again. One
 * that fails does not stop the others.
 */
public final class ComparisonRun {
  private static final String FULL_PRECISION = "full precision";

  /** What the names of the rows' recipes begin with. */
  private static final String RECIPE = "recipe-";

  /** Exit code of a row that failed by a defect of the program. */
  private static final int INTERNAL = 1;

  private static final Logger LOG = LoggerFactory.getLogger(ComparisonRun.class);

  private final ComparisonPlan plan;
  private final RowQuantizer quantizer;
  private final ComparisonProgress progress;
  private int exitCode;

  /**
   * Prepares.
   *
   * @param quantizer makes the quantizations
   */
  public ComparisonRun(ComparisonPlan plan, RowQuantizer quantizer, ComparisonProgress progress) {
    this.plan = plan;
    this.quantizer = quantizer;
    this.progress = progress;
  }

  /** 0, or the exit code of the first failure. */
  public int exitCode() {
    return exitCode;
  }

  /**
   * Runs everything; the tables are rewritten after each row.
   *
   * @return all rows, the full-precision model first
   * @throws PbqException USAGE if the folder for everything cannot be made; otherwise if the
   *     original cannot be measured
   */
  public Comparison run(List<Candidate> candidates) {
    OutputFolders.create(plan.root());
    RowScores scores = new RowScores(plan, progress);
    try {
      List<Row> rows = new ArrayList<>();
      progress.doing(FULL_PRECISION + ": evaluating");
      rows.add(fullPrecision(scores));
      for (int i = 0; i < candidates.size(); i++) {
        String place = "[" + (i + 1) + "/" + candidates.size() + "] ";
        rows.add(row(candidates.get(i), place + candidates.get(i).label(), scores));
        ComparisonFiles.write(comparison(rows), plan.root());
      }
      return comparison(rows);
    } finally {
      progress.end();
      scores.deleteCaches();
    }
  }

  private Comparison comparison(List<Row> rows) {
    return new Comparison(
        Version.current(),
        plan.model().displayName(),
        plan.command(),
        plan.running().threads(),
        rows);
  }

  private Row row(Candidate candidate, String label, RowScores scores) {
    Path directory = plan.root().resolve(candidate.directory());
    try {
      if (plan.force() || !Files.exists(directory)) {
        Optional<Row> failed = quantize(candidate, directory, label);
        if (failed.isPresent()) {
          return failed.get();
        }
      }
      QuantizationReport report = QuantizationReport.read(directory);
      QuantizationReport.Size size = report.size();
      return new Row.Done(
          candidate.label(),
          candidate.directory(),
          candidate.fingerprint(),
          new Row.Size(size.paperBits(), size.storedBits(), size.modelBits(), size.modelBytes()),
          new Row.Cost(report.seconds(), report.peakRssBytes()),
          scores.of(ModelFolder.open(directory), candidate.label(), true));
    } catch (PbqException e) {
      return failed(candidate, e.getMessage(), e.kind().exitCode());
    } catch (RuntimeException e) {
      // A defect with one method is no reason to lose the others.
      LOG.error("{} failed", candidate.label(), e);
      return failed(candidate, "internal error: " + e, INTERNAL);
    } catch (OutOfMemoryError e) {
      return failed(
          candidate,
          "out of memory (" + e.getMessage() + ")",
          PbqException.Kind.RESOURCES.exitCode());
    }
  }

  private Optional<Row> quantize(Candidate candidate, Path directory, String label) {
    Path recipe = plan.root().resolve(RECIPE + candidate.directory() + ".toml");
    RecipeFile.write(candidate.recipe(), recipe);
    progress.doing(label + ": quantizing");
    RowQuantizer.Outcome outcome =
        quantizer.run(recipe, directory, plan.force(), line -> progress.doing(label + ": " + line));
    progress.end();
    if (outcome.exitCode() == 0) {
      return Optional.empty();
    }
    String reason =
        outcome.lastError().isEmpty()
            ? "its process ended with exit code " + outcome.exitCode()
            : outcome.lastError().replaceFirst("^pbq: ", "");
    return Optional.of(failed(candidate, reason, outcome.exitCode()));
  }

  private Row failed(Candidate candidate, String reason, int code) {
    exitCode = exitCode == 0 ? code : exitCode;
    return new Row.Failed(
        candidate.label(),
        candidate.directory(),
        candidate.fingerprint(),
        PbqException.oneLine(reason));
  }

  private Row fullPrecision(RowScores scores) {
    ModelFolder folder = plan.folder();
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    Row.Size size;
    try (Checkpoint checkpoint = Checkpoint.open(folder.path())) {
      model.requireTensors(checkpoint, folder.path().toString());
      double linearBits = linearBits(model, checkpoint);
      long parameters =
          checkpoint.names().stream().mapToLong(n -> checkpoint.info(n).elementCount()).sum();
      size =
          new Row.Size(
              linearBits,
              linearBits,
              8.0 * checkpoint.totalBytes() / parameters,
              checkpoint.totalBytes());
    }
    return new Row.Done(
        FULL_PRECISION,
        folder.path().toString(),
        null,
        size,
        null,
        scores.of(folder, plan.model().displayName(), false));
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
