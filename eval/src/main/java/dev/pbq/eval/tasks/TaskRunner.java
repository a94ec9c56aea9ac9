package dev.pbq.eval.tasks;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.DataRow;
import dev.pbq.core.data.PythonRandom;
import dev.pbq.eval.MeanAndError;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.TaskSample;
import dev.pbq.eval.scoring.BatchPlan;
import dev.pbq.eval.scoring.MeasuredModel;
import dev.pbq.eval.scoring.Span;
import dev.pbq.eval.scoring.SpanScorer;
import dev.pbq.eval.scoring.SpanScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Runs a model over tasks. */
public final class TaskRunner {
  private final MeasuredModel model;
  private final TaskSettings settings;

  /** Runs one model; nothing is owned. */
  public TaskRunner(MeasuredModel model, TaskSettings settings) {
    this.model = model;
    this.settings = settings;
  }

  /**
   * Runs a task.
   *
   * @param manager parent of everything native; nothing is left in it
   * @throws PbqException BAD_DATA naming file, line and field for a row that is not the task's, or
   *     if every row was skipped
   */
  public TaskResult run(TaskData data, NDManager manager, ScoringProgress progress) {
    long start = System.nanoTime();
    List<TaskItem> items = items(data);
    PairEncoder encoder = new PairEncoder(model.tokenizer(), model.model().maxPositions());
    List<TaskItem> kept = new ArrayList<>();
    List<Integer> rows = new ArrayList<>();
    List<Integer> skipped = new ArrayList<>();
    List<Span> spans = new ArrayList<>();
    int cut = 0;
    for (int i = 0; i < items.size(); i++) {
      TaskItem item = items.get(i);
      List<Span> own = new ArrayList<>();
      for (int a = 0; a < item.answers().size(); a++) {
        encoder.span(item.contexts().get(a), item.continuation(a)).ifPresent(own::add);
      }
      if (own.size() < item.answers().size()) {
        skipped.add(i);
        continue;
      }
      kept.add(item);
      rows.add(i);
      for (Span span : own) {
        Span.requireVocabulary(data.task().label(), span.source(), model.model().vocabularySize());
        cut += span.begin() > 0 ? 1 : 0;
      }
      spans.addAll(own);
    }
    if (kept.isEmpty()) {
      throw PbqException.badData(
          data.rows().file() + ": every row has an answer longer than the model's context");
    }
    int batch = settings.batchTokens().orElse(BatchPlan.defaultTokens(model.model().hiddenSize()));
    SpanScores scores = new SpanScorer(model.pass(), batch).score(spans, manager, progress);
    Outcome outcome = Outcome.of(kept, scores, data.task().metric());
    tell(data.task(), new Asked(kept, rows, spans), outcome, scores, progress);
    return new TaskResult(
        data.task(),
        new TaskRows(
            data.split(),
            data.rows().sha256(),
            data.rows().rows().size(),
            kept.size(),
            skipped,
            exampleSplit(data)),
        accuracy(outcome, data.task().metric()),
        new TaskCost(spans.size(), cut, scores.tokens(), (System.nanoTime() - start) * 1e-9));
  }

  /**
   * Questions that were asked.
   *
   * @param rows of the data that they are of
   * @param spans of all their answers
   */
  private record Asked(List<TaskItem> items, List<Integer> rows, List<Span> spans) {}

  private static void tell(
      Task task, Asked asked, Outcome outcome, SpanScores scores, ScoringProgress progress) {
    int span = 0;
    for (int i = 0; i < asked.items().size(); i++) {
      TaskItem item = asked.items().get(i);
      for (int a = 0; a < item.answers().size(); a++, span++) {
        Span scored = asked.spans().get(span);
        progress.sample(
            new TaskSample(
                task.label(),
                asked.rows().get(i),
                a,
                item.contexts().get(a),
                item.continuation(a),
                -scores.total(span),
                Arrays.stream(scored.source(), scored.from(), scored.end()).boxed().toList(),
                scores.greedy()[span],
                outcome.chosen()[i] == a,
                item.gold() == a));
      }
    }
  }

  private Optional<String> exampleSplit(TaskData data) {
    return settings.shots() == 0
        ? Optional.empty()
        : Optional.of(data.examples().isPresent() ? "train" : data.split());
  }

  private static TaskAccuracy accuracy(Outcome outcome, Task.Metric metric) {
    return new TaskAccuracy(
        MeanAndError.of(outcome.acc()),
        metric == Task.Metric.BOTH
            ? Optional.of(MeanAndError.of(outcome.accNorm()))
            : Optional.empty(),
        metric == Task.Metric.GREEDY
            ? Optional.of(perplexity(outcome.logLikelihood()))
            : Optional.empty(),
        count(outcome.acc()),
        count(outcome.accNorm()));
  }

  /** All questions, behind their examples. */
  private List<TaskItem> items(TaskData data) {
    List<DataRow> rows = data.rows().rows();
    int count = Math.min(rows.size(), settings.limit().orElse(Integer.MAX_VALUE));
    List<TaskItem> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(data.task().item(rows.get(i), settings.style()));
    }
    return settings.shots() == 0 ? items : withExamples(data, items);
  }

  /**
   * One generator for the whole task and a sample per question, as the harness does; where examples
   * come from the questions themselves one more is drawn, and the question left out.
   */
  private List<TaskItem> withExamples(TaskData data, List<TaskItem> items) {
    List<DataRow> pool = data.examples().orElse(data.rows()).rows();
    boolean own = data.examples().isEmpty();
    int drawn = settings.shots() + (own ? 1 : 0);
    if (drawn > pool.size()) {
      throw PbqException.setting(
          "{numFewshot} %s is more than the examples of %s", settings.shots(), data.task().label());
    }
    PythonRandom random = new PythonRandom(settings.seed());
    List<TaskItem> result = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      StringBuilder examples = new StringBuilder();
      int taken = 0;
      for (int index : random.sample(pool.size(), drawn)) {
        boolean self = own && pool.get(index).fields().equals(data.rows().rows().get(i).fields());
        if (!self && taken < settings.shots()) {
          TaskItem example = data.task().item(pool.get(index), settings.style());
          examples.append(example.example()).append("\n\n");
          taken++;
        }
      }
      result.add(items.get(i).after(examples.toString()));
    }
    return result;
  }

  private static MeanAndError perplexity(double[] logLikelihood) {
    MeanAndError mean = MeanAndError.of(logLikelihood);
    double perplexity = Math.exp(-mean.mean());
    return new MeanAndError(perplexity, perplexity * mean.standardError());
  }

  private static int count(double[] hits) {
    int count = 0;
    for (double hit : hits) {
      count += hit > 0 ? 1 : 0;
    }
    return count;
  }

  /**
   * For each question 1 or 0, the log-likelihood of its first answer, and the index of the answer
   * that is the model's; -1 if the only one is not.
   */
  private record Outcome(double[] acc, double[] accNorm, double[] logLikelihood, int[] chosen) {

    static Outcome of(List<TaskItem> items, SpanScores scores, Task.Metric metric) {
      int n = items.size();
      Outcome outcome = new Outcome(new double[n], new double[n], new double[n], new int[n]);
      int span = 0;
      for (int i = 0; i < n; i++) {
        TaskItem item = items.get(i);
        int best = 0;
        int bestNorm = 0;
        double bestValue = Double.NEGATIVE_INFINITY;
        double bestNormValue = Double.NEGATIVE_INFINITY;
        for (int a = 0; a < item.answers().size(); a++) {
          double value = -scores.total(span + a);
          // The first of equal ones, as numpy's argmax.
          if (value > bestValue) {
            bestValue = value;
            best = a;
          }
          if (value / item.length(a) > bestNormValue) {
            bestNormValue = value / item.length(a);
            bestNorm = a;
          }
        }
        outcome.logLikelihood[i] = -scores.total(span);
        boolean none = metric == Task.Metric.GREEDY && !scores.greedy()[span];
        outcome.chosen[i] = none ? -1 : best;
        outcome.acc[i] = outcome.chosen[i] == item.gold() ? 1 : 0;
        outcome.accNorm[i] = bestNorm == item.gold() ? 1 : 0;
        span += item.answers().size();
      }
      return outcome;
    }
  }
}
