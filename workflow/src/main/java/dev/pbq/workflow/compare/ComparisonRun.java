package dev.pbq.workflow.compare;

import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputFolders;
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
   * Runs everything; the tables are rewritten after each row, the pictures drawn in the end.
   *
   * @return all rows, the full-precision model first
   * @throws PbqException USAGE if the folder for everything cannot be made; otherwise if the
   *     original cannot be measured
   */
  public Comparison run(List<? extends Entry> entries) {
    OutputFolders.create(plan.root());
    RowScores scores = new RowScores(plan, progress);
    try {
      List<Row> rows = new ArrayList<>();
      progress.doing(FULL_PRECISION + ": evaluating");
      rows.add(fullPrecision(scores));
      for (int i = 0; i < entries.size(); i++) {
        String place = "[" + (i + 1) + "/" + entries.size() + "] ";
        rows.add(row(entries.get(i), place + entries.get(i).label(), scores));
        ComparisonFiles.write(comparison(rows), plan.root());
      }
      Comparison comparison = comparison(rows);
      ComparisonFiles.draw(comparison, plan.root());
      return comparison;
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

  private Row row(Entry entry, String label, RowScores scores) {
    if (entry instanceof Entry.Given given) {
      return new Row.Given(given.label(), given.series(), given.figures());
    }
    try {
      if (entry instanceof Candidate candidate) {
        return quantized(candidate, label, scores);
      }
      if (entry instanceof Entry.Existing existing) {
        return existing(existing, label, scores);
      }
    } catch (PbqException e) {
      return failed(entry, e.getMessage(), e.kind().exitCode());
    } catch (RuntimeException e) {
      // A defect with one method is no reason to lose the others.
      LOG.error("{} failed", entry.label(), e);
      return failed(entry, "internal error: " + e, INTERNAL);
    } catch (OutOfMemoryError e) {
      return failed(
          entry, "out of memory (" + e.getMessage() + ")", PbqException.Kind.RESOURCES.exitCode());
    }
    throw new IllegalStateException("no way to measure " + entry.getClass().getSimpleName());
  }

  private Row existing(Entry.Existing entry, String label, RowScores scores) {
    ModelFolder folder = ModelFolder.open(entry.model().folder());
    progress.doing(label + ": evaluating");
    return new Row.Done(
        entry.label(),
        entry.series(),
        folder.shown().toString(),
        null,
        RowSizes.ofExisting(folder, plan.folder()),
        null,
        scores.of(folder, entry.label(), true));
  }

  private Row quantized(Candidate candidate, String label, RowScores scores) {
    Path directory = plan.root().resolve(candidate.directory());
    if (plan.force() || !Files.exists(directory)) {
      Optional<Row> failed = quantize(candidate, directory, label);
      if (failed.isPresent()) {
        return failed.get();
      }
    }
    QuantizationReport report = QuantizationReport.read(directory);
    return new Row.Done(
        candidate.label(),
        candidate.series(),
        candidate.directory(),
        candidate.fingerprint(),
        RowSizes.of(report),
        new Row.Cost(report.seconds(), report.peakRssBytes()),
        scores.of(ModelFolder.open(directory), candidate.label(), true));
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

  private Row failed(Entry entry, String reason, int code) {
    exitCode = exitCode == 0 ? code : exitCode;
    Optional<Candidate> candidate =
        entry instanceof Candidate c ? Optional.of(c) : Optional.empty();
    String place = entry instanceof Entry.Existing e ? e.model().folder().toString() : "";
    return new Row.Failed(
        entry.label(),
        entry.series(),
        candidate.map(Candidate::directory).orElse(place),
        candidate.map(Candidate::fingerprint).orElse(null),
        PbqException.oneLine(reason));
  }

  private Row fullPrecision(RowScores scores) {
    ModelFolder folder = plan.folder();
    return new Row.Done(
        FULL_PRECISION,
        null,
        folder.path().toString(),
        null,
        RowSizes.ofExisting(ModelFolder.open(plan.given().folder()), folder),
        null,
        scores.of(folder, plan.model().displayName(), false));
  }
}
