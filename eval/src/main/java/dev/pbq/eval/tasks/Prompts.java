package dev.pbq.eval.tasks;

import dev.pbq.core.data.DataRow;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The prompts of each task, from rows in the layouts that its data is published in. Source:
 * lm-evaluation-harness, {@code lm_eval/tasks/*}, commit 4e7e0d4 of August 2026.
 */
final class Prompts {
  private static final Pattern BRACKETS = Pattern.compile("\\[.*?\\]", Pattern.UNIX_LINES);

  private Prompts() {}

  static TaskItem piqa(DataRow row, PromptStyle style) {
    String head = style == PromptStyle.OLMES ? "Goal: " : "Question: ";
    return TaskItem.choices(
        head + row.text("goal") + "\nAnswer:",
        List.of(row.text("sol1"), row.text("sol2")),
        row.index("label", 2));
  }

  static TaskItem arc(DataRow row) {
    AnswerChoices choices = AnswerChoices.of(row);
    String question =
        row.isObject("question") ? row.nested("question").text("stem") : row.text("question");
    return TaskItem.choices("Question: " + question + "\nAnswer:", choices.texts(), choices.gold());
  }

  static TaskItem openBookQa(DataRow row, PromptStyle style) {
    AnswerChoices choices = AnswerChoices.of(row);
    String stem =
        row.isObject("question") ? row.nested("question").text("stem") : row.text("question_stem");
    String context = style == PromptStyle.OLMES ? "Question: " + stem + "\nAnswer:" : stem;
    return TaskItem.choices(context, choices.texts(), choices.gold());
  }

  static TaskItem boolQ(DataRow row) {
    int gold;
    if (row.has("label")) {
      gold = row.index("label", 2);
    } else if (row.fields().path("answer").isBoolean()) {
      gold = row.fields().path("answer").booleanValue() ? 1 : 0;
    } else {
      gold = row.index("label", 2);
    }
    return TaskItem.choices(
        row.text("passage") + "\nQuestion: " + row.text("question") + "?\nAnswer:",
        List.of("no", "yes"),
        gold);
  }

  static TaskItem copa(DataRow row, PromptStyle style) {
    String premise = row.text("premise").strip();
    String connector =
        switch (row.text("question")) {
          case "cause" -> "because";
          case "effect" -> "therefore";
          default -> throw row.wrong("question", "is neither \"cause\" nor \"effect\"");
        };
    if (premise.isEmpty()) {
      throw row.wrong("premise", "is empty");
    }
    String context = premise.substring(0, premise.length() - 1) + " " + connector;
    // The harness puts its delimiter before choices that begin with a space already.
    String space = style == PromptStyle.OLMES ? "" : " ";
    return TaskItem.choices(
        context,
        List.of(space + lowerFirst(row, "choice1"), space + lowerFirst(row, "choice2")),
        row.index("label", 2));
  }

  static TaskItem winogrande(DataRow row) {
    String sentence = row.text("sentence");
    int blank = sentence.indexOf('_');
    if (blank < 0) {
      throw row.wrong("sentence", "has no _ to fill in");
    }
    int answer = row.number("answer");
    if (answer != 1 && answer != 2) {
      throw row.wrong("answer", "is " + answer + ", not 1 or 2");
    }
    String before = sentence.substring(0, blank);
    return TaskItem.contexts(
        List.of(before + row.text("option1"), before + row.text("option2")),
        sentence.substring(blank + 1).strip(),
        answer - 1);
  }

  /** Rows as published, or with "query" and endings that were preprocessed already. */
  static TaskItem hellaSwag(DataRow row) {
    List<String> endings = row.texts("endings");
    int gold = row.index("label", endings.size());
    if (row.has("query") && !row.has("ctx_a")) {
      return TaskItem.choices(row.text("query"), endings, gold);
    }
    String context = row.text("ctx_a") + " " + capitalize(row.text("ctx_b"));
    return TaskItem.choices(
        clean(row.text("activity_label") + ": " + context),
        endings.stream().map(Prompts::clean).toList(),
        gold);
  }

  /** Everything up to the last space, and what follows it. */
  static TaskItem lambada(DataRow row) {
    String text = row.text("text");
    int space = text.lastIndexOf(' ');
    if (space < 0) {
      throw row.wrong("text", "is a single word");
    }
    return TaskItem.continuation(text.substring(0, space), text.substring(space));
  }

  /** {@code preprocess} of the harness' HellaSwag: WikiHow's artefacts taken out. */
  static String clean(String text) {
    String joined = text.strip().replace(" [title]", ". ");
    return BRACKETS.matcher(joined).replaceAll("").replace("  ", " ");
  }

  /** Python's {@code str.capitalize}: the first character upper case, all others lower. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    String head =
        new StringBuilder().appendCodePoint(Character.toTitleCase(text.codePointAt(0))).toString();
    return head + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String lowerFirst(DataRow row, String field) {
    String text = row.text(field);
    if (text.isEmpty()) {
      throw row.wrong(field, "is empty");
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toLowerCase(Locale.ROOT) + text.substring(first);
  }
}
