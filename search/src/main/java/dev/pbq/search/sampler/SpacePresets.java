package dev.pbq.search.sampler;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Search spaces by name: those of llm-mixed-q's section on mixed precision, and our own default.
 */
public final class SpacePresets {
  /**
   * The default: every operation of every layer, 8 to 3 bits, so that every uniform configuration
   * of these widths is in it.
   */
  public static final String DEFAULT = "per-operation";

  private static final List<String> NAMES = List.of(DEFAULT, "opt-1.3b", "bert-base", "llama-7b");

  private SpacePresets() {}

  /** All names. */
  public static List<String> names() {
    return NAMES;
  }

  /** The TOML of a space; empty if there is none of this name. */
  public static Optional<String> toml(String name) {
    if (!NAMES.contains(name)) {
      return Optional.empty();
    }
    try (InputStream in = SpacePresets.class.getResourceAsStream(name + ".toml")) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
