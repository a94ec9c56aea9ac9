package dev.pbq.eval;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * One answer of one question of a task, as a model judges it; one line of {@code eval-tasks
 * --samples}. A question is answered rightly if one of its answers is both chosen and right.
 *
 * @param task its name
 * @param item the row of the task's data, from 0
 * @param choice the answer, from 0
 * @param prompt the text in front, examples included
 * @param continuation the text whose likelihood is taken
 * @param logLikelihood of the continuation after the prompt, in nats
 * @param tokens ids of the continuation
 * @param greedy whether each of them is the model's most likely one
 * @param chosen whether the answer is the one that accuracy takes for the model's: the likeliest;
 *     where there is one answer alone, a greedy one
 * @param right whether it is the right answer
 */
@JsonPropertyOrder({
  "task",
  "item",
  "choice",
  "prompt",
  "continuation",
  "log_likelihood",
  "tokens",
  "greedy",
  "chosen",
  "right"
})
public record TaskSample(
    String task,
    int item,
    int choice,
    String prompt,
    String continuation,
    @JsonProperty("log_likelihood") double logLikelihood,
    List<Integer> tokens,
    boolean greedy,
    boolean chosen,
    boolean right) {
  public TaskSample {
    tokens = List.copyOf(tokens);
  }
}
