package dev.pbq.eval.tasks;

import java.util.Collections;
import java.util.List;

/**
 * One question with its possible answers. Answer i is judged by the likelihood of {@code delimiter
 * + answers[i]} after {@code contexts[i]}.
 *
 * @param contexts one for each answer; all the same but where the answer stands in the context
 * @param answers the text whose likelihood is taken
 * @param delimiter between the two
 * @param gold index of the right answer
 */
public record TaskItem(List<String> contexts, List<String> answers, String delimiter, int gold) {
  private static final String SPACE = " ";

  public TaskItem {
    contexts = List.copyOf(contexts);
    answers = List.copyOf(answers);
    if (contexts.size() != answers.size() || gold < 0 || gold >= answers.size()) {
      throw new IllegalArgumentException("contexts, answers and the right one do not fit");
    }
  }

  /** One context, several answers. */
  static TaskItem choices(String context, List<String> answers, int gold) {
    return new TaskItem(Collections.nCopies(answers.size(), context), answers, SPACE, gold);
  }

  /** Several contexts, of which one makes the continuation likely. */
  static TaskItem contexts(List<String> contexts, String continuation, int gold) {
    return new TaskItem(contexts, Collections.nCopies(contexts.size(), continuation), SPACE, gold);
  }

  /** One continuation, which begins with its own space. */
  static TaskItem continuation(String context, String continuation) {
    return new TaskItem(List.of(context), List.of(continuation), "", 0);
  }

  /** The continuation of an answer. */
  public String continuation(int answer) {
    return delimiter + answers.get(answer);
  }

  /** The item as an example with its answer; examples always have a space before the answer. */
  String example() {
    return contexts.get(gold) + SPACE + answers.get(gold);
  }

  /** The same item after examples. */
  TaskItem after(String examples) {
    return new TaskItem(
        contexts.stream().map(context -> examples + context).toList(), answers, delimiter, gold);
  }

  /** Characters (code points) of an answer, which its likelihood is divided by for acc_norm. */
  int length(int answer) {
    String text = answers.get(answer);
    return text.codePointCount(0, text.length());
  }
}
