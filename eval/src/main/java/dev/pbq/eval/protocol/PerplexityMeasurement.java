package dev.pbq.eval.protocol;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.scoring.MeasuredModel;

/** A text and a protocol to measure perplexity by. */
public interface PerplexityMeasurement {
  /** The text's name, for people. */
  String textName();

  /**
   * Measures a model.
   *
   * @param manager parent of everything native; nothing is left in it
   * @throws PbqException USAGE for windows that do not fit the model; BAD_DATA if the text is too
   *     short or its tokens are not the model's; NUMERICAL if a likelihood is not finite
   */
  PerplexityResult run(MeasuredModel model, NDManager manager, ScoringProgress progress);
}
