package dev.pbq.workflow.compare;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.distance.FolderFingerprint;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.run.DistanceEvaluation;
import dev.pbq.eval.run.PerplexityEvaluation;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.formats.model.ActFormat;
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

/** Measures the models of a comparison, except what {@code evaluations.json} already holds. */
final class RowScores {
  private static final String EVALUATIONS = "evaluations.json";

  /** Disk for the original's log-probabilities, where the user sets no number of windows. */
  private static final long CACHE_BYTES = 4_000_000_000L;

  private static final String CACHE = "reference-";
  private static final String CACHE_SUFFIX = ".logp";

  private final ComparisonPlan plan;
  private final ModelFolder original;
  private final String weights;
  private final EvaluationStore store;
  private final EvaluationProgress progress;

  RowScores(ComparisonPlan plan, EvaluationProgress progress) {
    this.plan = plan;
    this.original = plan.folder();
    this.weights = FolderFingerprint.of(original);
    this.store = EvaluationStore.open(plan.root().resolve(EVALUATIONS));
    this.progress = progress;
  }

  /**
   * Measures a model.
   *
   * @param name in the results
   * @param quantized whether its distance from the original is wanted
   */
  Scores of(ModelFolder folder, String name, boolean quantized) {
    String own = FolderFingerprint.of(folder);
    Measurements measured = plan.measured();
    List<PerplexityResult> perplexity = new ArrayList<>();
    for (EvaluationText text : measured.texts()) {
      String key = String.join(" ", "perplexity", own, measured.key(text, measured.limit()));
      perplexity.add(store.get(key, PerplexityResult.class, () -> perplexity(folder, name, text)));
    }
    List<Scores.TaskScore> tasks = new ArrayList<>();
    for (TaskData task : measured.tasks().data()) {
      String key = String.join(" ", "task", own, measured.tasks().key(task), measured.tokenKey());
      tasks.addAll(
          store.get(key, Scores.TaskScores.class, () -> task(folder, name, task)).scores());
    }
    boolean distant = quantized && measured.withDistance();
    return new Scores(perplexity, tasks, distant ? distance(folder, name, own) : null);
  }

  private Scores.TaskScores task(ModelFolder folder, String name, TaskData task) {
    return plan.measured()
        .tasks()
        .measure(task, name, folder, plan.measured().tokens(), plan.running(), progress);
  }

  private PerplexityResult perplexity(ModelFolder folder, String name, EvaluationText text) {
    Measurements measured = plan.measured();
    return new PerplexityEvaluation(measured.tokens(), plan.running(), progress)
        .run(
            name,
            folder,
            List.of(new GptqProtocol(text, measured.seqlen(), measured.limit())),
            ActFormat.recorded(folder))
        .get(0);
  }

  private DistanceResult distance(ModelFolder folder, String name, String own) {
    Measurements measured = plan.measured();
    EvaluationText text = measured.texts().get(0);
    OptionalInt windows = distanceWindows();
    String textKey = measured.key(text, windows);
    return store.get(
        String.join(" ", "distance", own, weights, textKey),
        DistanceResult.class,
        () ->
            new DistanceEvaluation(measured.tokens(), plan.running(), progress)
                .run(
                    new DistanceEvaluation.Named(name, folder, ActFormat.recorded(folder)),
                    new DistanceEvaluation.Named(
                        plan.model().displayName(), original, ActFormat.recorded(original)),
                    text,
                    measured.seqlen(),
                    windows,
                    Optional.of(cacheFile(weights + textKey))));
  }

  private OptionalInt distanceWindows() {
    Measurements measured = plan.measured();
    if (measured.klLimit().isPresent()) {
      return measured.klLimit();
    }
    CausalModel model = Architectures.of(original.config(), original.path().toString());
    int seqlen = measured.seqlen().orElseGet(() -> GptqProtocol.defaultSeqlen(model));
    long windowBytes = (long) Float.BYTES * seqlen * model.vocabularySize();
    long fitting = Math.max(1, CACHE_BYTES / windowBytes);
    return OptionalInt.of((int) Math.min(fitting, measured.limit().orElse(Integer.MAX_VALUE)));
  }

  /**
   * A file for each text and number of windows, so that one of an earlier run is never in the way.
   */
  private Path cacheFile(String key) {
    String name = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)).toString();
    return plan.root().resolve(CACHE + name + CACHE_SUFFIX);
  }

  /** Deletes the original's log-probabilities, also what a killed run was writing. */
  void deleteCaches() {
    try (Stream<Path> files = Files.list(plan.root())) {
      for (Path file : files.filter(RowScores::isCache).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot delete " + CACHE + "*" + CACHE_SUFFIX + " in " + plan.root(), e);
    }
  }

  private static boolean isCache(Path file) {
    String name = file.getFileName().toString();
    return name.matches("\\.?" + CACHE + ".*\\" + CACHE_SUFFIX + "(\\..*)?");
  }
}
