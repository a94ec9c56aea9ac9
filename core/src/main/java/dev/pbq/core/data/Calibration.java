package dev.pbq.core.data;

/**
 * The token windows that a model is calibrated with, and where they came from.
 *
 * @param windows token ids [windows][tokens], all of one length; not copied, not to be changed
 * @param dataset name or file
 * @param joined how the text was put together
 * @param seed of the sampler
 * @param sha256 of all ids in order, as little-endian int32; the fingerprint of the calibration
 */
public record Calibration(
    int[][] windows, String dataset, String joined, long seed, String sha256) {
  /** Windows of a text; the hash is taken here. */
  public static Calibration of(int[][] windows, CalibrationText text, long seed) {
    return new Calibration(windows, text.name(), text.joined(), seed, Sha256.of(windows));
  }

  /** Tokens of each window. */
  public int tokens() {
    return windows[0].length;
  }
}
