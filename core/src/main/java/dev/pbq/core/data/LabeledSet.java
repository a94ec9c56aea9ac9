package dev.pbq.core.data;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Labelled texts to classify.
 *
 * @param name the data set or file
 * @param source the files
 * @param texts in the files' order
 * @param sha256 over texts and labels
 */
public record LabeledSet(String name, String source, List<LabeledText> texts, String sha256) {
  public LabeledSet {
    texts = List.copyOf(texts);
  }

  /** The texts [from, to) alone. */
  public LabeledSet range(int from, int to) {
    return of(name, source, texts.subList(from, to));
  }

  static LabeledSet of(String name, String source, List<LabeledText> texts) {
    Sha256 sha = new Sha256();
    for (LabeledText text : texts) {
      sha.add((text.text() + "\n" + text.label() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return new LabeledSet(name, source, texts, sha.hex());
  }
}
