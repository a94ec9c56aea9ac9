package dev.pbq.eval.tasks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.data.DataRow;
import java.util.ArrayList;
import java.util.List;

/**
 * Labelled answers of a question.
 *
 * @param gold index of the right one
 */
record AnswerChoices(List<String> texts, int gold) {

  /**
   * Of rows in three layouts: {@code choices} a list and {@code gold} a number; {@code choices}
   * with lists {@code text} and {@code label}, and {@code answerKey} (Hugging Face); or {@code
   * question.choices} a list of objects with text and label, and {@code answerKey} (AI2).
   */
  static AnswerChoices of(DataRow row) {
    if (row.fields().path("choices").isArray()) {
      List<String> texts = row.texts("choices");
      return new AnswerChoices(texts, row.index("gold", texts.size()));
    }
    if (row.isObject("choices")) {
      DataRow choices = row.nested("choices");
      return keyed(row, choices.texts("text"), choices.texts("label"));
    }
    if (row.isObject("question")) {
      JsonNode list = row.nested("question").fields().path("choices");
      List<String> texts = new ArrayList<>();
      List<String> labels = new ArrayList<>();
      for (JsonNode choice : list) {
        DataRow one = new DataRow(row.file(), row.number(), choice);
        texts.add(one.text("text"));
        labels.add(one.text("label"));
      }
      return keyed(row, texts, labels);
    }
    return new AnswerChoices(row.texts("choices"), 0);
  }

  private static AnswerChoices keyed(DataRow row, List<String> texts, List<String> labels) {
    int gold = labels.indexOf(row.text("answerKey").strip());
    if (gold < 0 || gold >= texts.size()) {
      throw row.wrong("answerKey", "is none of the labels " + labels);
    }
    return new AnswerChoices(texts, gold);
  }
}
