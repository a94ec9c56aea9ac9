package dev.pbq.formats;

/** Announces {@code log}. */
public final class LogProvider extends FormatProvider<LogSettings> {
  public LogProvider() {
    super(LogSettings.class, "log", "powers of two; has no zero");
  }
}
