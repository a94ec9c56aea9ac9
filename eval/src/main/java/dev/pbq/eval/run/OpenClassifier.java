package dev.pbq.eval.run;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.data.LabeledSet;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.EncoderClassifier;
import dev.pbq.core.model.ProductFormat;
import dev.pbq.eval.classify.AccuracyProtocol;
import dev.pbq.eval.classify.ClassificationProgress;
import dev.pbq.eval.classify.ClassificationResult;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * A folder of a text classifier, dense or packed, opened for running; {@link OpenModel} is the same
 * for causal models. Owns everything it opens. For one thread at a time.
 */
public final class OpenClassifier implements AutoCloseable {
  private static final int LONGEST_DEFAULT = 128;

  private final OpenParts<EncoderClassifier> parts;
  private final Optional<String> formatLabel;

  private OpenClassifier(OpenParts<EncoderClassifier> parts, Optional<String> formatLabel) {
    this.parts = parts;
    this.formatLabel = formatLabel;
  }

  /**
   * Opens a folder; the caller closes what is returned.
   *
   * @param format number formats that the blocks' products are computed in; empty for float32
   * @param running what may be used of the machine; the model is always held in memory whole
   * @throws PbqException BAD_DATA for an architecture or weights that pbq cannot run, or a broken
   *     tokenizer; USAGE if it is no classifier, or the format does not fit it; NOT_FOUND if
   *     tensors or the tokenizer are missing
   */
  public static OpenClassifier open(
      ModelFolder folder, Optional<? extends ProductFormat> format, Running running) {
    return new OpenClassifier(
        OpenParts.open(folder, Architectures::classifier, format, TokenChoice.DEFAULT, running),
        format.map(ProductFormat::label));
  }

  /** The architecture. */
  public EncoderClassifier model() {
    return parts.model();
  }

  /** The weights; owned and closed by this object. */
  public ModelWeights weights() {
    return parts.weights();
  }

  /** The tokenizer; owned and closed by this object. */
  public Tokenizer tokenizer() {
    return parts.tokenizer();
  }

  /** Computes, as {@link OpenModel#run} does. */
  public <T> T run(Function<NDManager, T> body) {
    return parts.run(body);
  }

  /**
   * As {@link #run(Function)}, on another device.
   *
   * @param device cpu, gpu or gpu:N
   * @throws PbqException USAGE if there is no such device; otherwise as the other
   */
  public <T> T run(String device, Function<NDManager, T> body) {
    return parts.run(device, body);
  }

  /**
   * Measures accuracy.
   *
   * @param name the model's name in the result
   * @param maxLength longest text in tokens, special ones included; longer ones are cut; empty for
   *     128, or the model's longest
   * @throws PbqException as {@link AccuracyProtocol#measure}
   */
  public ClassificationResult measure(
      String name, LabeledSet texts, OptionalInt maxLength, ClassificationProgress progress) {
    AccuracyProtocol protocol =
        new AccuracyProtocol(
            model(), parts.weights(), parts.tokenizer(), parts.operands(), formatLabel);
    int longest = maxLength.orElse(Math.min(LONGEST_DEFAULT, model().maxPositions()));
    return parts.run(manager -> protocol.measure(name, texts, longest, manager, progress));
  }

  @Override
  public void close() {
    parts.close();
  }
}
