package dev.pbq.core.data;

import java.util.List;

/**
 * The token windows that a model is calibrated with.
 *
 * @param windows one array of {@code seqlen} ids each; not copied, not to be changed
 * @param description how they came about, for people and result files
 * @param sha256 of all ids in order, as little-endian int32; the fingerprint of the calibration
 */
public record CalibrationSet(List<int[]> windows, String description, String sha256) {
  public CalibrationSet {
    windows = List.copyOf(windows);
  }

  /** A set of the given windows. */
  public static CalibrationSet of(List<int[]> windows, String description) {
    return new CalibrationSet(windows, description, Sha256.of(windows.toArray(new int[0][])));
  }
}
