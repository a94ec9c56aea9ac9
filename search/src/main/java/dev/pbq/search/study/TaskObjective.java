package dev.pbq.search.study;

import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.scoring.MeasuredModel;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.eval.tasks.TaskRunner;
import dev.pbq.eval.tasks.TaskSettings;
import dev.pbq.formats.config.QuantConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mean accuracy over tasks, weights and activations rounded: that of {@code eval-tasks}. As in
 * the paper's search, every task counts by its {@code acc}.
 */
public final class TaskObjective implements TrialObjective {
  private final TrialModel model;
  private final List<TaskData> tasks;
  private final TaskSettings settings;
  private final ScoringProgress progress;

  /**
   * Prepares.
   *
   * @param model owned from here on
   * @param tasks at least one
   * @param settings how they are asked
   */
  public TaskObjective(
      TrialModel model, List<TaskData> tasks, TaskSettings settings, ScoringProgress progress) {
    this.model = model;
    this.tasks = List.copyOf(tasks);
    this.settings = settings;
    this.progress = progress;
  }

  @Override
  public String name() {
    return "task";
  }

  @Override
  public QualityMetric metric() {
    return QualityMetric.ACCURACY;
  }

  @Override
  public Map<String, String> fingerprint() {
    Map<String, String> parts = new LinkedHashMap<>();
    for (TaskData data : tasks) {
      parts.put("task " + data.task().label(), data.rows().sha256());
    }
    parts.put("tokenizer", model.tokenizer().fingerprint());
    parts.put("rows", settings.limit().isPresent() ? "" + settings.limit().getAsInt() : "all");
    return parts;
  }

  @Override
  public double measure(Optional<QuantConfig> config) {
    return model.run(
        config,
        (pass, manager) -> {
          TaskRunner runner =
              new TaskRunner(new MeasuredModel("trial", pass, model.tokenizer()), settings);
          return tasks.stream()
              .mapToDouble(data -> runner.run(data, manager, progress).acc().mean())
              .average()
              .orElseThrow();
        });
  }

  @Override
  public void close() {
    model.close();
  }
}
