package dev.pbq.core.data;

import java.util.OptionalInt;

/**
 * How the documents of a data set become the text for one purpose.
 *
 * @param split the part of the data set that is used
 * @param separator what joins the documents; unused if {@code perDocument}
 * @param perDocument whether windows are drawn from single documents, which are not joined
 * @param firstDocuments how many documents from the start are taken; all if absent
 * @param maxWindows the text ends after the tokens of so many windows, if given
 */
record TextRule(
    String split,
    String separator,
    boolean perDocument,
    OptionalInt firstDocuments,
    OptionalInt maxWindows) {

  /** All documents of the split, joined. */
  static TextRule joined(String split, String separator) {
    return new TextRule(split, separator, false, OptionalInt.empty(), OptionalInt.empty());
  }

  /** The same rule for a file that was given itself, whichever split it is. */
  TextRule ofAnyFile() {
    return new TextRule("", separator, perDocument, firstDocuments, maxWindows);
  }

  /** For people and for result files: {@code test, documents joined with "\n\n"}. */
  String describe() {
    StringBuilder words = new StringBuilder(split.isEmpty() ? "" : split + ", ");
    if (perDocument) {
      return words.append("windows from single documents").toString();
    }
    firstDocuments.ifPresent(n -> words.append("first ").append(n).append(' '));
    words.append("documents joined with \"").append(separator.replace("\n", "\\n")).append('"');
    maxWindows.ifPresent(n -> words.append(", cut to ").append(n).append(" windows"));
    return words.toString();
  }
}
