package dev.pbq.eval.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.model.ProductFormat;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.scoring.MeasuredModel;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.eval.tasks.TaskPreset;
import dev.pbq.eval.tasks.TaskReport;
import dev.pbq.eval.tasks.TaskResult;
import dev.pbq.eval.tasks.TaskRunner;
import dev.pbq.eval.tasks.TaskSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Accuracies of model folders, dense or packed, on tasks.
 *
 * @param settings how tasks are asked
 * @param tokens how texts become tokens
 * @param running what may be used of the machine
 * @param progress is called for every task
 */
public record TaskEvaluation(
    TaskSettings settings, TokenChoice tokens, Running running, EvaluationProgress progress) {
  /**
   * Opens a folder, runs every task, closes the folder.
   *
   * @param name the model's name in the results
   * @param tasks with their data, read already
   * @param preset the paper's set that the tasks are, if they are one
   * @param format number formats that products are computed in; empty for float32
   * @param each is given every result as soon as it is known
   * @return the report, in the shape of lm-evaluation-harness'
   * @throws PbqException as {@link OpenModel#open} and {@link TaskRunner#run} do
   */
  public Map<String, Object> run(
      String name,
      ModelFolder folder,
      List<TaskData> tasks,
      Optional<TaskPreset> preset,
      Optional<? extends ProductFormat> format,
      Consumer<TaskResult> each) {
    try (OpenModel open = OpenModel.open(folder, format, tokens, running)) {
      MeasuredModel model = open.measured(name);
      TaskRunner runner = new TaskRunner(model, settings);
      List<TaskResult> results = new ArrayList<>();
      for (TaskData data : tasks) {
        TaskResult result =
            open.run(manager -> runner.run(data, manager, progress.begin(data.task().label())));
        progress.end();
        each.accept(result);
        results.add(result);
      }
      return TaskReport.of(model, settings, results, preset, format.map(ProductFormat::label));
    }
  }
}
