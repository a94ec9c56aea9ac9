package dev.pbq.formats;

/** Announces {@code bmf}. */
public final class BlockMiniFloatProvider extends FormatProvider<BlockMiniFloatSettings> {
  public BlockMiniFloatProvider() {
    super(
        BlockMiniFloatSettings.class,
        "bmf",
        "block minifloat: minifloats with a shared exponent bias");
  }
}
