package dev.pbq.eval.tasks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tasks of a paper's tables, and the metric that the paper takes of each for its mean. */
public enum TaskPreset {
  /** PB-LLM: seven tasks, acc of each. */
  PB_LLM("pb-llm"),
  /** OneBit: six tasks, acc_norm of the four that have it. */
  ONEBIT("onebit");

  private final String label;

  TaskPreset(String label) {
    this.label = label;
  }

  /** The name on the command line and in results. */
  public String label() {
    return label;
  }

  /** Its tasks, in the order of the paper's table. */
  public List<Task> tasks() {
    return switch (this) {
      case PB_LLM ->
          List.of(
              Task.BOOLQ,
              Task.PIQA,
              Task.HELLASWAG,
              Task.WINOGRANDE,
              Task.ARC_EASY,
              Task.ARC_CHALLENGE,
              Task.OPENBOOKQA);
      case ONEBIT ->
          List.of(
              Task.WINOGRANDE,
              Task.HELLASWAG,
              Task.PIQA,
              Task.BOOLQ,
              Task.ARC_EASY,
              Task.ARC_CHALLENGE);
    };
  }

  /** The preset of a name. */
  public static Optional<TaskPreset> named(String name) {
    return Arrays.stream(values()).filter(preset -> preset.label.equals(name)).findFirst();
  }

  /** {@code acc} or {@code acc_norm}. */
  public String metric(Task task) {
    return isNormalized(task) ? "acc_norm" : "acc";
  }

  private boolean isNormalized(Task task) {
    return this == ONEBIT && task.metric() == Task.Metric.BOTH;
  }

  /**
   * The paper's mean.
   *
   * @param results holding all of the preset's tasks
   * @return the metric of each task, in order, and under {@code mean} their mean
   */
  public Map<String, Double> summary(List<TaskResult> results) {
    Map<String, Double> summary = new LinkedHashMap<>();
    double sum = 0;
    for (Task task : tasks()) {
      TaskResult result = results.stream().filter(r -> r.task() == task).findFirst().orElseThrow();
      double value =
          isNormalized(task) ? result.accNorm().orElseThrow().mean() : result.acc().mean();
      summary.put(task.label() + " " + metric(task), value);
      sum += value;
    }
    summary.put("mean", sum / tasks().size());
    return summary;
  }
}
