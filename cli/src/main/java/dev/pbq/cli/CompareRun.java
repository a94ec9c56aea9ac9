package dev.pbq.cli;

import dev.pbq.cli.compare.Candidate;
import dev.pbq.cli.compare.ChildProcess;
import dev.pbq.cli.compare.Comparison;
import dev.pbq.cli.compare.EvaluationStore;
import dev.pbq.cli.compare.Row;
import dev.pbq.cli.compare.Scores;
import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.distance.FolderFingerprint;
import dev.pbq.eval.tasks.TaskData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Quantizes and measures one candidate after the other; what is there already is used. */
final class CompareRun {
  private static final String EVALUATIONS = "evaluations.json";
  private static final String FULL_PRECISION = "full precision";
  private static final long CACHE_BYTES = 4_000_000_000L;
  private static final String CACHE = "reference-";
  private static final String CACHE_SUFFIX = ".logp";
  private static final Logger LOG = LoggerFactory.getLogger(CompareRun.class);

  /**
   * What is compared, and how.
   *
   * @param model the original
   * @param folder its folder
   * @param root where everything is kept
   * @param texts for perplexity; the first also for the distance
   * @param seqlen tokens per window; empty for the model's default
   * @param limit windows of each text; empty for all
   * @param tasks to measure, if any
   * @param klLimit windows for the distance; 0 for none, empty for what fits on the disk
   * @param residentBytes largest float32 model evaluated in memory whole
   * @param threads for arithmetic
   * @param force quantize again what is there
   */
  record Settings(
      ResolvedModel model,
      ModelFolder folder,
      Path root,
      List<EvaluationText> texts,
      CompareTasks tasks,
      OptionalInt seqlen,
      OptionalInt limit,
      OptionalInt klLimit,
      long residentBytes,
      int threads,
      boolean force) {}

  private final Settings settings;
  private final TokenizerOptions tokenizers;
  private final String tokenizerOptions;
  private final ChildProcess program;
  private final List<String> passedOn;
  private final String command;
  private final StatusLine status;
  private final String weights;
  private EvaluationStore store;
  private int exitCode;

  /**
   * Prepares.
   *
   * @param program starts quantizations
   * @param tokenizerOptions what was chosen of {@code tokenizers}, as text
   * @param passedOn options for every quantization that do not shape its result
   * @param command the command line, for the record
   */
  CompareRun(
      Settings settings,
      TokenizerOptions tokenizers,
      String tokenizerOptions,
      ChildProcess program,
      List<String> passedOn,
      String command,
      StatusLine status) {
    this.settings = settings;
    this.tokenizers = tokenizers;
    this.tokenizerOptions = tokenizerOptions;
    this.program = program;
    this.passedOn = List.copyOf(passedOn);
    this.command = command;
    this.status = status;
    this.weights = FolderFingerprint.of(settings.folder());
  }

  /** 0, or the exit code of the first failure. */
  int exitCode() {
    return exitCode;
  }

  /** Runs everything; the tables are written anew after each row. */
  Comparison run(List<Candidate> candidates) {
    store = EvaluationStore.open(settings.root().resolve(EVALUATIONS));
    try {
      List<Row> rows = new ArrayList<>();
      status.update(FULL_PRECISION + ": evaluating");
      rows.add(fullPrecision());
      for (int i = 0; i < candidates.size(); i++) {
        String place = "[" + (i + 1) + "/" + candidates.size() + "] ";
        rows.add(row(candidates.get(i), place + candidates.get(i).label()));
        CompareTables.write(comparison(rows), settings.root());
      }
      return comparison(rows);
    } finally {
      status.clear();
      deleteCaches();
    }
  }

  private Comparison comparison(List<Row> rows) {
    return new Comparison(
        Version.current(), settings.model().displayName(), command, settings.threads(), rows);
  }

  private Row row(Candidate candidate, String label) {
    Path directory = settings.root().resolve(candidate.directory());
    try {
      if (settings.force() || !Files.exists(directory)) {
        Optional<Row> failed = quantize(candidate, directory, label);
        if (failed.isPresent()) {
          return failed.get();
        }
      }
      QuantizationReport report = QuantizationReport.read(directory);
      QuantizationReport.Size size = report.size();
      return new Row(
          candidate.label(),
          candidate.directory(),
          candidate.fingerprint(),
          new Row.Size(size.paperBits(), size.storedBits(), size.modelBits(), size.modelBytes()),
          new Row.Cost(report.seconds(), report.peakRssBytes()),
          scores(ModelFolder.open(directory), candidate.label(), true),
          null);
    } catch (PbqException e) {
      return failed(candidate, OptionNames.message(e), e.kind().exitCode());
    } catch (RuntimeException e) {
      // A defect with one method is no reason to lose the others.
      LOG.error("{} failed", candidate.label(), e);
      return failed(candidate, "internal error: " + e, ErrorHandler.INTERNAL);
    } catch (OutOfMemoryError e) {
      return failed(
          candidate,
          "out of memory (" + e.getMessage() + ")",
          PbqException.Kind.RESOURCES.exitCode());
    }
  }

  private Row failed(Candidate candidate, String reason, int code) {
    exitCode = exitCode == 0 ? code : exitCode;
    String line = ErrorHandler.oneLine(reason);
    return new Row(
        candidate.label(), candidate.directory(), candidate.fingerprint(), null, null, null, line);
  }

  private Optional<Row> quantize(Candidate candidate, Path directory, String label) {
    List<String> arguments = new ArrayList<>(List.of("quantize", settings.model().requested()));
    arguments.addAll(candidate.arguments());
    arguments.addAll(passedOn);
    arguments.addAll(
        List.of("--out", directory.toString(), "--threads", Integer.toString(settings.threads())));
    arguments.add(settings.force() ? "--force" : "--resume");
    status.update(label + ": quantizing");
    ChildProcess.Outcome outcome =
        program.run(arguments, line -> status.update(label + ": " + line));
    status.clear();
    if (outcome.exitCode() == 0) {
      return Optional.empty();
    }
    String reason =
        outcome.lastError().isEmpty()
            ? "its process ended with exit code " + outcome.exitCode()
            : outcome.lastError().replaceFirst("^pbq: ", "");
    return Optional.of(failed(candidate, reason, outcome.exitCode()));
  }

  private Row fullPrecision() {
    CausalModel model =
        Architectures.of(settings.folder().config(), settings.folder().path().toString());
    Row.Size size;
    try (Checkpoint checkpoint = Checkpoint.open(settings.folder().path())) {
      Evaluation.requireTensors(model, checkpoint, settings.folder().path());
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
    return new Row(
        FULL_PRECISION,
        settings.folder().path().toString(),
        null,
        size,
        null,
        scores(settings.folder(), settings.model().displayName(), false),
        null);
  }

  private static double linearBits(CausalModel model, Checkpoint checkpoint) {
    long bytes = 0;
    long weights = 0;
    for (int b = 0; b < model.blocks(); b++) {
      for (LinearInput input : model.linearInputs(b)) {
        for (String linear : input.linears()) {
          TensorInfo info = checkpoint.info(linear + ".weight");
          bytes += info.byteCount();
          weights += info.elementCount();
        }
      }
    }
    return 8.0 * bytes / weights;
  }

  private Scores scores(ModelFolder folder, String name, boolean quantized) {
    String own = FolderFingerprint.of(folder);
    List<PerplexityResult> perplexity = new ArrayList<>();
    for (EvaluationText text : settings.texts()) {
      String key = String.join(" ", "perplexity", own, key(text, settings.limit()));
      perplexity.add(store.get(key, PerplexityResult.class, () -> perplexity(folder, name, text)));
    }
    List<Scores.TaskScore> tasks = new ArrayList<>();
    for (TaskData task : settings.tasks().data()) {
      String key = String.join(" ", "task", own, settings.tasks().key(task), tokenizerOptions);
      tasks.addAll(
          store.get(key, Scores.TaskScores.class, () -> task(folder, name, task)).scores());
    }
    boolean distant = quantized && settings.klLimit().orElse(1) > 0;
    return new Scores(perplexity, tasks, distant ? distance(folder, name, own) : null);
  }

  private String key(EvaluationText text, OptionalInt windows) {
    return String.join(
        " ",
        text.name(),
        text.sha256(),
        "seqlen=" + (settings.seqlen().isPresent() ? settings.seqlen().getAsInt() : "default"),
        "windows=" + (windows.isPresent() ? windows.getAsInt() : "all"),
        tokenizerOptions);
  }

  private Evaluation evaluation() {
    return new Evaluation(settings.threads(), settings.residentBytes(), tokenizers, status);
  }

  private Scores.TaskScores task(ModelFolder folder, String name, TaskData task) {
    return settings.tasks().measure(task, evaluation(), name, folder, status);
  }

  private PerplexityResult perplexity(ModelFolder folder, String name, EvaluationText text) {
    return evaluation()
        .run(
            name,
            folder,
            List.of(text),
            settings.seqlen(),
            settings.limit(),
            ActFormat.recorded(folder))
        .get(0);
  }

  private DistanceResult distance(ModelFolder folder, String name, String own) {
    EvaluationText text = settings.texts().get(0);
    OptionalInt windows = distanceWindows(folder);
    String key = String.join(" ", "distance", own, weights, key(text, windows));
    return store.get(
        key,
        DistanceResult.class,
        () ->
            new DistanceEvaluation(settings.threads(), settings.residentBytes(), tokenizers, status)
                .run(
                    new DistanceEvaluation.Named(name, folder),
                    new DistanceEvaluation.Named(settings.model().displayName(), settings.folder()),
                    text,
                    settings.seqlen(),
                    windows,
                    Optional.of(cacheFile(weights + key(text, windows)))));
  }

  private OptionalInt distanceWindows(ModelFolder folder) {
    if (settings.klLimit().isPresent()) {
      return settings.klLimit();
    }
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    long windowBytes =
        4L * settings.seqlen().orElse(Evaluation.defaultSeqlen(model)) * model.vocabularySize();
    long fitting = Math.max(1, CACHE_BYTES / windowBytes);
    return OptionalInt.of((int) Math.min(fitting, settings.limit().orElse(Integer.MAX_VALUE)));
  }

  /**
   * A file for each text and number of windows, so that one of an earlier run is never in the way.
   */
  private Path cacheFile(String key) {
    String name = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)).toString();
    return settings.root().resolve(CACHE + name + CACHE_SUFFIX);
  }

  /** Deletes them all, also what a killed run was writing. */
  private void deleteCaches() {
    try (Stream<Path> files = Files.list(settings.root())) {
      for (Path file : files.filter(CompareRun::isCache).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot delete " + CACHE + "*" + CACHE_SUFFIX + " in " + settings.root(), e);
    }
  }

  private static boolean isCache(Path file) {
    String name = file.getFileName().toString();
    return name.matches("\\.?" + CACHE + ".*\\" + CACHE_SUFFIX + "(\\..*)?");
  }
}
