package dev.pbq.workflow.compare;

import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.eval.EvaluationProgress;
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
 * The tasks of a comparison, asked zero-shot as {@code eval-tasks} does.
 *
 * @param data of each task
 * @param limit rows of each; empty for all
 */
public record ComparisonTasks(List<TaskData> data, OptionalInt limit) {
  /** No tasks. */
  public static final ComparisonTasks NONE = new ComparisonTasks(List.of(), OptionalInt.empty());

  public ComparisonTasks {
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

  /** Measures one task of a model. */
  Scores.TaskScores measure(
      TaskData task,
      String name,
      ModelFolder folder,
      TokenChoice tokens,
      Running running,
      EvaluationProgress progress) {
    List<Scores.TaskScore> scores = new ArrayList<>();
    new TaskEvaluation(TaskSettings.zeroShot(limit), tokens, running, progress)
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
