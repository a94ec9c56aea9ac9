package dev.pbq.core.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;

/**
 * How block-wise error correction trains.
 *
 * @param epochs how often it sees all calibration windows after each input
 * @param learningRate at the start; it falls to 0 by half a cosine
 */
public record CorrectionSettings(int epochs, double learningRate) {
  /** The defaults. */
  public static final CorrectionSettings DEFAULT = new CorrectionSettings(4, 1e-4);

  /**
   * Settings that make sense.
   *
   * @throws PbqException USAGE if they make none
   */
  public CorrectionSettings {
    if (epochs < 1) {
      throw PbqException.setting("{blockwiseEpochs} is %s, but must be at least 1", epochs);
    }
    if (!(learningRate > 0) || !Double.isFinite(learningRate)) {
      throw PbqException.setting("{blockwiseLr} is %s, but must be above 0", learningRate);
    }
  }

  /** Adds them to the stored settings of a run. */
  public void describe(ObjectNode settings) {
    settings.put("blockwise", true);
    settings.put("blockwiseEpochs", epochs);
    settings.put("blockwiseLr", learningRate);
  }
}
