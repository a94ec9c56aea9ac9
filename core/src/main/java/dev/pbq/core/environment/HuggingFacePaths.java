package dev.pbq.core.environment;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The folders of Hugging Face's tools, found by the environment variables that those tools use. */
public final class HuggingFacePaths {
  private final Map<String, String> environment;

  /**
   * @param environment variables by name
   */
  public HuggingFacePaths(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** The path that a variable holds, with {@code ~} for the home folder, or empty if not set. */
  public Optional<Path> path(String variable) {
    String value = environment.getOrDefault(variable, "");
    if (value.isBlank()) {
      return Optional.empty();
    }
    boolean inHome = value.equals("~") || value.startsWith("~/");
    return Optional.of(Path.of(inHome ? userHome() + value.substring(1) : value));
  }

  /**
   * {@code HF_HOME}, which defaults to {@code huggingface} in {@code XDG_CACHE_HOME} or {@code
   * ~/.cache}.
   */
  public Path home() {
    return path("HF_HOME")
        .orElseGet(
            () ->
                path("XDG_CACHE_HOME")
                    .orElse(Path.of(userHome(), ".cache"))
                    .resolve("huggingface"));
  }

  /**
   * The cache of models and data sets: {@code HF_HUB_CACHE}, else {@code HUGGINGFACE_HUB_CACHE},
   * else {@code hub} in {@link #home}.
   */
  public Path hubCache() {
    for (String variable : List.of("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")) {
      Optional<Path> cache = path(variable);
      if (cache.isPresent()) {
        return cache.get();
      }
    }
    return home().resolve("hub");
  }

  /** The file of the user's token: {@code HF_TOKEN_PATH}, else {@code token} in {@link #home}. */
  public Path tokenFile() {
    return path("HF_TOKEN_PATH").orElseGet(() -> home().resolve("token"));
  }

  private String userHome() {
    return environment.getOrDefault("HOME", System.getProperty("user.home"));
  }
}
