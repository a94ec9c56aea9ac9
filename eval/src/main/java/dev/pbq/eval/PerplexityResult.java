package dev.pbq.eval;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;

/**
 * One perplexity with everything needed to repeat it; one entry of {@code results} in {@code
 * --json}, where the keys of the parts stand side by side.
 *
 * @param model as the user named it
 * @param dataset name or file
 * @param scored how the text was cut, and what of it was scored
 * @param score the perplexity
 * @param text what was measured
 * @param seconds wall time
 * @param actFormat the number formats that products were computed in; null for float32
 */
@JsonPropertyOrder({"model", "dataset", "scored", "score", "text", "seconds", "act_format"})
public record PerplexityResult(
    String model,
    String dataset,
    @JsonUnwrapped ScoredWindows scored,
    @JsonUnwrapped PerplexityScore score,
    @JsonUnwrapped TokenizedText text,
    double seconds,
    @JsonProperty("act_format") @JsonInclude(JsonInclude.Include.NON_NULL) String actFormat) {

  /** The result of a measurement in float32. */
  public static PerplexityResult of(
      String model,
      String dataset,
      ScoredWindows scored,
      PerplexityScore score,
      TokenizedText text,
      double seconds) {
    return new PerplexityResult(model, dataset, scored, score, text, seconds, null);
  }

  /** The same result, of a model run in number formats. */
  public PerplexityResult withActFormat(String name) {
    return new PerplexityResult(model, dataset, scored, score, text, seconds, name);
  }

  /** The perplexity. */
  public double perplexity() {
    return score.perplexity();
  }

  /** Standard error of the perplexity. */
  public double stderr() {
    return score.stderr();
  }

  /** The protocol's name. */
  public String protocol() {
    return scored.protocol();
  }

  /** Tokens per window. */
  public int seqlen() {
    return scored.seqlen();
  }

  /** How many windows. */
  public int windows() {
    return scored.windows();
  }
}
