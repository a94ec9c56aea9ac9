package dev.pbq.formats;

/** Announces {@code int}. */
public final class IntProvider extends FormatProvider<IntSettings> {
  public IntProvider() {
    super(IntSettings.class, "int", "symmetric fixed point");
  }
}
