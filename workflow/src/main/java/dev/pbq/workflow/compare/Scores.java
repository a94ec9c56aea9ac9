package dev.pbq.workflow.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.distance.DistanceResult;
import java.util.List;
import java.util.Optional;

/**
 * The results of measuring one model.
 *
 * @param perplexity of each text, in the order asked for
 * @param tasks score of each task, in the order asked for
 * @param distance from the full-precision model; null of that model itself, or where it was not
 *     asked for
 */
@JsonPropertyOrder({"perplexity", "tasks", "distance"})
public record Scores(
    List<PerplexityResult> perplexity,
    List<TaskScore> tasks,
    @JsonInclude(JsonInclude.Include.NON_NULL) DistanceResult distance) {
  public Scores {
    perplexity = List.copyOf(perplexity);
    tasks = List.copyOf(tasks);
  }

  /** Distance from the full-precision model, where it was measured. */
  public Optional<DistanceResult> fromOriginal() {
    return Optional.ofNullable(distance);
  }

  /**
   * One task.
   *
   * @param task its name
   * @param metric as the harness calls it
   * @param value usually a share, 0 .. 1
   * @param stderr its standard error
   */
  public record TaskScore(String task, String metric, double value, double stderr) {}

  /**
   * The scores of one task, one for each of its metrics: what is measured, and kept, at once.
   *
   * @param scores acc first
   */
  public record TaskScores(List<TaskScore> scores) {
    public TaskScores {
      scores = List.copyOf(scores);
    }
  }
}
