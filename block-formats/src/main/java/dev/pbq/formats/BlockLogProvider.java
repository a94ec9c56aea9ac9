package dev.pbq.formats;

/** Announces {@code bl}. */
public final class BlockLogProvider extends FormatProvider<BlockLogSettings> {
  public BlockLogProvider() {
    super(
        BlockLogSettings.class, "bl", "block logarithm: powers of two with a shared exponent bias");
  }
}
