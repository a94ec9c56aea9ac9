package dev.pbq.cli;

import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.eval.tasks.TaskPreset;
import dev.pbq.eval.tasks.TaskReport;
import dev.pbq.eval.tasks.TaskResult;
import dev.pbq.eval.tasks.TaskRunner;
import dev.pbq.eval.tasks.TaskSettings;
import dev.pbq.formats.model.ActFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tasks on one model folder, dense or packed. Apart from the command, which is looked through by
 * reflection for help and completion and must not bring the engine's classes in.
 *
 * @param evaluation opens the model and shows progress
 * @param preset the paper's set that was asked for, if one was
 */
record TaskEvaluation(Evaluation evaluation, TaskSettings settings, Optional<TaskPreset> preset) {

  /**
   * Runs every task.
   *
   * @param name the model's name in the results
   * @param format the number formats that products are computed in; empty for float32
   * @param each hears every result as soon as it is there
   * @return the report, in the shape of lm-evaluation-harness'
   */
  Map<String, Object> run(
      String name,
      ModelFolder folder,
      List<TaskData> tasks,
      Optional<ActFormat> format,
      Consumer<TaskResult> each) {
    return evaluation.with(
        name,
        folder,
        format,
        (model, manager) -> {
          TaskRunner runner = new TaskRunner(model, settings);
          List<TaskResult> results = new ArrayList<>();
          for (TaskData data : tasks) {
            TaskResult result =
                runner.run(
                    data, manager, new ScoringStatus(evaluation.status(), data.task().label()));
            evaluation.status().clear();
            each.accept(result);
            results.add(result);
          }
          return TaskReport.of(model, settings, results, preset, format.map(ActFormat::label));
        });
  }
}
