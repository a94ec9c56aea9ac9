package dev.pbq.workflow.compare;

import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.TokenChoice;
import java.util.List;
import java.util.OptionalInt;

/**
 * The measurements that are made of every model of a comparison.
 *
 * @param texts for perplexity; the first also for the distance from the original
 * @param tasks for accuracy; may be none
 * @param tokens how texts become tokens
 * @param seqlen tokens per window; empty for the model's default
 * @param limit windows of each text; empty for all
 * @param klLimit windows for the distance; 0 for none, empty for what fits on the disk
 */
public record Measurements(
    List<EvaluationText> texts,
    ComparisonTasks tasks,
    TokenChoice tokens,
    OptionalInt seqlen,
    OptionalInt limit,
    OptionalInt klLimit) {
  public Measurements {
    texts = List.copyOf(texts);
  }

  /** What a measurement on a text depends on besides the model. */
  String key(EvaluationText text, OptionalInt windows) {
    return String.join(
        " ",
        text.name(),
        text.sha256(),
        "seqlen=" + (seqlen.isPresent() ? seqlen.getAsInt() : "default"),
        "windows=" + (windows.isPresent() ? windows.getAsInt() : "all"),
        tokenKey());
  }

  /** How texts become tokens, as far as it differs from the default. */
  String tokenKey() {
    if (tokens.equals(TokenChoice.DEFAULT)) {
      return "";
    }
    return "bos=" + tokens.addBos() + " special=" + tokens.parseSpecialTokens();
  }

  /** Whether the distance from the original is measured. */
  boolean withDistance() {
    return klLimit.orElse(1) > 0;
  }
}
