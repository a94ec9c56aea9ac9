package dev.pbq.eval.classify;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.LabeledText;
import java.util.List;

/**
 * Maps labels as data write them to a model's.
 *
 * @param names the model's labels, in the order of the logits
 */
record LabelNames(List<String> names) {
  LabelNames {
    names = List.copyOf(names);
  }

  /**
   * The index of a row's label: a number is one, a name is looked up among the model's, by exact
   * case or, where none is equal, by any.
   *
   * @throws PbqException BAD_DATA naming the row's place, if the model has no such label
   */
  int index(LabeledText row) {
    if (row.label().matches("-?[0-9]+")) {
      int index = row.label().length() > 9 ? -1 : Integer.parseInt(row.label());
      if (index < 0 || index >= names.size()) {
        throw PbqException.badData(
            "%s: label %s is out of range: the model's labels are 0 to %d"
                .formatted(row.place(), row.label(), names.size() - 1));
      }
      return index;
    }
    int exact = names.indexOf(row.label());
    for (int i = 0; exact < 0 && i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(row.label())) {
        return i;
      }
    }
    if (exact < 0) {
      throw PbqException.badData(
          "%s: label \"%s\" is none of the model's: %s"
              .formatted(row.place(), row.label(), String.join(", ", names)));
    }
    return exact;
  }
}
