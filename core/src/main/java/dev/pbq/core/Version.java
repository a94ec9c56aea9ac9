package dev.pbq.core;

import java.util.Objects;

/** The project's version, which is written into every output. */
public final class Version {
  private Version() {}

  /** The version in the jar's manifest; {@code development} when run from class files. */
  public static String current() {
    return Objects.requireNonNullElse(
        Version.class.getPackage().getImplementationVersion(), "development");
  }
}
