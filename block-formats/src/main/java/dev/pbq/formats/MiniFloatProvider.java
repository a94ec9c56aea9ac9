package dev.pbq.formats;

/** Announces {@code minifloat}. */
public final class MiniFloatProvider extends FormatProvider<MiniFloatSettings> {
  public MiniFloatProvider() {
    super(
        MiniFloatSettings.class,
        "minifloat",
        "minifloat with hidden bit and subnormals, no infinity");
  }
}
