package dev.pbq.core.pipeline;

/**
 * Calibration windows with where they came from.
 *
 * @param windows token ids [windows][tokens], all of one length
 * @param dataset name or file
 * @param joined how the text was put together
 * @param seed of the sampler
 * @param sha256 of the token ids (little-endian int32, window after window)
 */
public record Calibration(
    int[][] windows, String dataset, String joined, long seed, String sha256) {
  /** Tokens of each window. */
  public int tokens() {
    return windows[0].length;
  }
}
