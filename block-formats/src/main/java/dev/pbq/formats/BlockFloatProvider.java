package dev.pbq.formats;

/** Announces {@code bfp}. */
public final class BlockFloatProvider extends FormatProvider<BlockFloatSettings> {
  public BlockFloatProvider() {
    super(
        BlockFloatSettings.class,
        "bfp",
        "block floating point: a shared exponent, sign and mantissa each; no calibration");
  }
}
