package dev.pbq.formats;

/** Announces {@code dmf}. */
public final class DenormFloatProvider extends FormatProvider<DenormFloatSettings> {
  public DenormFloatProvider() {
    super(DenormFloatSettings.class, "dmf", "minifloat without hidden bit");
  }
}
