package dev.pbq.eval.classify;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.LabeledSet;
import dev.pbq.core.data.LabeledText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.EncoderClassifier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Labelled texts as a model takes them: each with the model's special tokens, cut to a maximum
 * length.
 *
 * @param examples in the order of the texts
 * @param truncated how many of them were cut
 */
public record LabeledExamples(List<Example> examples, int truncated) {
  public LabeledExamples {
    examples = List.copyOf(examples);
  }

  /**
   * Encodes texts and looks up their labels.
   *
   * @param modelName for messages
   * @param maxLength longest text in tokens, special ones included
   * @throws PbqException USAGE for a model with fewer than two labels; BAD_DATA for a label that
   *     the model does not have, or if the tokenizer's tokens are not the model's
   */
  public static LabeledExamples of(
      LabeledSet data,
      String modelName,
      EncoderClassifier model,
      Tokenizer tokenizer,
      int maxLength) {
    if (model.labels().size() < 2) {
      throw PbqException.usage(
          modelName + " has one label: it gives numbers to texts and classifies nothing");
    }
    LabelNames names = new LabelNames(model.labels());
    List<Example> examples = new ArrayList<>();
    int truncated = 0;
    for (LabeledText text : data.texts()) {
      int label = names.index(text);
      int[] ids = tokenizer.encode(text.text());
      if (ids.length > maxLength) {
        ids = tokenizer.encodeTruncated(text.text(), maxLength);
        truncated++;
      }
      if (ids.length == 0) {
        throw PbqException.badData(text.place() + ": the text has no tokens");
      }
      requireKnown(ids, text, model.vocabularySize());
      examples.add(new Example(ids, label));
    }
    return new LabeledExamples(examples, truncated);
  }

  private static void requireKnown(int[] ids, LabeledText text, int vocabulary) {
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw PbqException.badData(
            ("%s: token id %d, but the model's vocabulary has %d entries: the tokenizer is another"
                    + " model's")
                .formatted(text.place(), id, vocabulary));
      }
    }
  }

  /** The share of the most frequent label. */
  double majority(int labels) {
    int[] frequencies = new int[labels];
    examples.forEach(example -> frequencies[example.label()]++);
    return (double) IntStream.of(frequencies).max().orElseThrow() / examples.size();
  }
}
