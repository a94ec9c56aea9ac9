package dev.pbq.formats.config;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The configurations that llm-mixed-q ships, by the names that the paper gives its formats. */
public final class Presets {
  private static final List<String> NAMES =
      List.of(
          "bfp-w8a8",
          "bfp-w6a6",
          "bfp-w4a4",
          "bmf-w8a8",
          "bl-w8a8",
          "minifloat-w8a8",
          "dmf-w8a8",
          "log-w8a8",
          "int-w8a8",
          "bypass");

  private Presets() {}

  /** All names. */
  public static List<String> names() {
    return NAMES;
  }

  /** The TOML of a preset; empty if there is none of this name. */
  public static Optional<String> toml(String name) {
    if (!NAMES.contains(name)) {
      return Optional.empty();
    }
    try (InputStream in = Presets.class.getResourceAsStream(name + ".toml")) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A preset.
   *
   * @throws PbqException USAGE naming the presets, if there is none of this name
   */
  public static QuantConfig of(String name) {
    return QuantConfig.parse(
        toml(name)
            .orElseThrow(
                () ->
                    PbqException.usage(
                        "there is no preset '"
                            + name
                            + "'; there are "
                            + String.join(", ", NAMES))),
        name);
  }
}
