package dev.pbq.hub;

import dev.pbq.core.PbqException;
import dev.pbq.core.environment.HuggingFacePaths;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The hub's address, the user's token, time limits, and whether the network may be used.
 *
 * @param endpoint without a slash at its end
 * @param token sent to the endpoint, and to no other host
 * @param offline whether nothing may be asked of it
 * @param connectTimeout until a connection stands and an answer begins
 * @param readTimeout the longest silence while an answer arrives
 */
public record HubSettings(
    URI endpoint,
    Optional<String> token,
    boolean offline,
    Duration connectTimeout,
    Duration readTimeout) {
  private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
  private static final long DEFAULT_SECONDS = 10;

  /**
   * What the environment says: {@code HF_ENDPOINT}, {@code HF_TOKEN} (else the file {@code
   * HF_TOKEN_PATH}, else {@code token} in {@code HF_HOME}), {@code HF_HUB_OFFLINE} or {@code
   * TRANSFORMERS_OFFLINE}, {@code HF_HUB_ETAG_TIMEOUT} and {@code HF_HUB_DOWNLOAD_TIMEOUT} in
   * seconds.
   *
   * @throws PbqException USAGE naming the variable that makes no sense
   */
  public static HubSettings of(Map<String, String> environment) {
    return new HubSettings(
        endpoint(environment.getOrDefault("HF_ENDPOINT", "")),
        token(environment),
        isSet(environment, "HF_HUB_OFFLINE") || isSet(environment, "TRANSFORMERS_OFFLINE"),
        seconds(environment, "HF_HUB_ETAG_TIMEOUT"),
        seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT"));
  }

  private static URI endpoint(String value) {
    String text = value.isBlank() ? DEFAULT_ENDPOINT : value.strip().replaceAll("/+$", "");
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null
          && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw badEndpoint(text);
    }
    throw badEndpoint(text);
  }

  private static PbqException badEndpoint(String text) {
    return PbqException.usage("HF_ENDPOINT " + text + " is not an http or https address");
  }

  private static Optional<String> token(Map<String, String> environment) {
    String given = environment.getOrDefault("HF_TOKEN", "").strip();
    if (!given.isEmpty()) {
      return Optional.of(given);
    }
    Path file = new HuggingFacePaths(environment).tokenFile();
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file).strip()).filter(t -> !t.isEmpty());
    } catch (IOException e) {
      throw PbqException.badData("cannot read the token in " + file, e);
    }
  }

  private static boolean isSet(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "").strip().toUpperCase(Locale.ROOT);
    return value.equals("1") || value.equals("ON") || value.equals("YES") || value.equals("TRUE");
  }

  private static Duration seconds(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      return Duration.ofSeconds(DEFAULT_SECONDS);
    }
    try {
      double seconds = Double.parseDouble(value);
      if (seconds > 0 && seconds < 1e6) {
        return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
      }
    } catch (NumberFormatException e) {
      throw badSeconds(name, value);
    }
    throw badSeconds(name, value);
  }

  private static PbqException badSeconds(String name, String value) {
    return PbqException.usage(name + " " + value + " is not a number of seconds");
  }
}
