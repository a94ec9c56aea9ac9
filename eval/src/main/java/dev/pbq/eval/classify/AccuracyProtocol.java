package dev.pbq.eval.classify;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.LabeledSet;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.EncoderClassifier;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.MeanAndError;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Accuracy on labelled texts: each text alone, with the model's special tokens, cut to a maximum
 * length; the predicted label is that of the largest logit, the first one if several are equal.
 */
public final class AccuracyProtocol {
  /** Tokens of a batch, padding included. */
  private static final int BATCH_TOKENS = 4096;

  private final EncoderClassifier model;
  private final WeightSource weights;
  private final Tokenizer tokenizer;
  private final ProductOperands operands;
  private final Optional<String> formatLabel;

  /**
   * Evaluates one model; nothing is owned.
   *
   * @param operands what happens to the operands of products. Unless they are unchanged only texts
   *     of one length are run together, as padding would be among a number's neighbours
   * @param formatLabel what {@code operands} are called in results
   */
  public AccuracyProtocol(
      EncoderClassifier model,
      WeightSource weights,
      Tokenizer tokenizer,
      ProductOperands operands,
      Optional<String> formatLabel) {
    this.model = model;
    this.weights = weights;
    this.tokenizer = tokenizer;
    this.operands = operands;
    this.formatLabel = formatLabel;
  }

  /**
   * Classifies a data set.
   *
   * @param modelName for the result
   * @param maxLength longest text in tokens, special ones included; longer ones are cut
   * @throws PbqException USAGE for a length that does not fit the model, or a model with fewer than
   *     two labels; BAD_DATA for a label that the model does not have, or if the tokenizer's tokens
   *     are not the model's
   */
  public ClassificationResult measure(
      String modelName,
      LabeledSet data,
      int maxLength,
      NDManager manager,
      ClassificationProgress progress) {
    long start = System.nanoTime();
    int special = tokenizer.encode("").length;
    if (maxLength <= special || maxLength > model.maxPositions()) {
      throw PbqException.setting(
          "{maxLength} %s is not between %s and the model's %s",
          maxLength, special + 1, model.maxPositions());
    }
    LabeledExamples labeled = LabeledExamples.of(data, modelName, model, tokenizer, maxLength);
    List<Example> examples = labeled.examples();
    double[] right = new double[examples.size()];
    double[] losses = new double[examples.size()];
    classify(examples, right, losses, manager, progress);
    MeanAndError accuracy = MeanAndError.of(right);
    return new ClassificationResult(
        modelName,
        data.name(),
        examples.size(),
        (int) IntStream.range(0, right.length).filter(i -> right[i] == 1).count(),
        accuracy.mean(),
        accuracy.standardError(),
        labeled.majority(model.labels().size()),
        MeanAndError.of(losses).mean(),
        model.labels().size(),
        maxLength,
        labeled.truncated(),
        data.sha256(),
        tokenizer.fingerprint(),
        (System.nanoTime() - start) * 1e-9,
        formatLabel.orElse(null));
  }

  private void classify(
      List<Example> examples,
      double[] right,
      double[] losses,
      NDManager manager,
      ClassificationProgress progress) {
    boolean equalLengths = !operands.isUnchanged();
    int done = 0;
    int correct = 0;
    try (TextClassifier classifier = TextClassifier.load(model, weights, operands, manager)) {
      for (int[] batch : new LengthBatches(BATCH_TOKENS, equalLengths).of(examples)) {
        int[][] ids =
            IntStream.of(batch).mapToObj(i -> examples.get(i).ids()).toArray(int[][]::new);
        float[][] logits = classifier.logits(ids);
        for (int i = 0; i < batch.length; i++) {
          int label = examples.get(batch[i]).label();
          boolean hit = largest(logits[i]) == label;
          right[batch[i]] = hit ? 1 : 0;
          losses[batch[i]] = loss(logits[i], label);
          correct += hit ? 1 : 0;
        }
        done += batch.length;
        progress.classified(done, examples.size(), correct);
      }
    }
  }

  private static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** -log softmax(logits)[label]. */
  private static double loss(float[] logits, int label) {
    double largest = logits[largest(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    return Math.log(sum) + largest - logits[label];
  }
}
