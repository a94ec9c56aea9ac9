package dev.pbq.cli;

import dev.pbq.cli.compare.Scores;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.eval.MeanAndError;
import dev.pbq.eval.run.Running;
import dev.pbq.eval.run.TaskEvaluation;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.eval.tasks.TaskSettings;
import dev.pbq.formats.model.ActFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tasks of a comparison: what {@code eval-tasks} measures, zero-shot.
 *
 * @param data of each task
 * @param limit rows of each; empty for all
 */
record CompareTasks(List<TaskData> data, OptionalInt limit) {
  /** No tasks. */
  static final CompareTasks NONE = new CompareTasks(List.of(), OptionalInt.empty());

  CompareTasks {
    data = List.copyOf(data);
  }

  /** What a task's scores depend on besides the model and the tokenizer. */
  String key(TaskData task) {
    return String.join(
        " ",
        task.task().label(),
        task.rows().sha256(),
        "rows=" + (limit.isPresent() ? limit.getAsInt() : "all"));
  }

  /** Measures one task. */
  Scores.TaskScores measure(
      TaskData task,
      String name,
      ModelFolder folder,
      TokenChoice tokens,
      Running running,
      StatusLine status) {
    List<Scores.TaskScore> scores = new ArrayList<>();
    new TaskEvaluation(TaskSettings.zeroShot(limit), tokens, running, new EvaluationStatus(status))
        .run(
            name,
            folder,
            List.of(task),
            Optional.empty(),
            ActFormat.recorded(folder),
            result -> {
              scores.add(score(task, "acc", result.acc()));
              result.accNorm().ifPresent(value -> scores.add(score(task, "acc_norm", value)));
            });
    return new Scores.TaskScores(scores);
  }

  private static Scores.TaskScore score(TaskData task, String metric, MeanAndError value) {
    return new Scores.TaskScore(task.task().label(), metric, value.mean(), value.standardError());
  }
}
