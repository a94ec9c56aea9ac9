package dev.pbq.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a token is shown to, and what is said when there is nothing to download. */
class HubRefusalTest extends HubCase {
  @Test
  void theTokenReachesTheHubAlone() throws IOException {
    server.requiredToken = "secret";
    assertComplete(
        hub(settings(Optional.of("secret"), false)).model(HubServer.MODEL, HubServer.COMMIT));
    assertThat(server.log)
        .filteredOn(line -> line.startsWith("hub"))
        .allMatch(line -> line.endsWith("auth=Bearer secret"));
    assertThat(server.log)
        .filteredOn(line -> line.startsWith("store"))
        .isNotEmpty()
        .allMatch(line -> line.endsWith("auth=null"));
    assertThat(repository().resolve("refs")).doesNotExist();
  }

  @Test
  void redirectsWithoutEndAreLeft() {
    server.misbehave(
        "tokenizer.json",
        (exchange, bytes, attempt) -> {
          exchange.getResponseHeaders().set("Location", exchange.getRequestURI().toString());
          exchange.sendResponseHeaders(307, -1);
          return true;
        });
    assertThatThrownBy(this::pull).hasMessageContaining("redirects");
  }

  @ParameterizedTest
  @CsvSource({
    "401, RepoNotFound, HF_TOKEN",
    "401, '', HF_TOKEN",
    "403, GatedRepo, accept its licence at",
    "404, RevisionNotFound, has no revision main",
    "418, '', HTTP 418"
  })
  void refusalsAreToldApart(int status, String code, String message) {
    server.listingStatus = status;
    server.listingError = code;
    assertThatThrownBy(this::pull)
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("org/model")
        .hasMessageContaining(message);
    assertThat(pauses).isEmpty();
  }

  @Test
  void aModelWithoutSafetensorsNamesWhatItHas() throws IOException {
    try (HubServer other = new HubServer()) {
      other.put("config.json", CONFIG);
      other.putLarge("pytorch_model.bin", new byte[10]);
      HubSettings settings =
          new HubSettings(
              other.endpoint(),
              Optional.empty(),
              false,
              Duration.ofSeconds(5),
              Duration.ofSeconds(5));
      assertThatThrownBy(() -> hub(settings).model(HubServer.MODEL, "main"))
          .hasMessageContaining("pytorch_model.bin")
          .hasMessageContaining("refs/pr");
    }
  }

  @Test
  void pathsThatLeadOutOfTheCacheAreRefused() {
    server.put("../../outside.txt", "x");
    assertThatThrownBy(this::pull).hasMessageContaining("leads out of the repository");
  }

  @Test
  void offlineNothingIsAsked() {
    assertThatThrownBy(() -> hub(settings(Optional.empty(), true)).model(HubServer.MODEL, "main"))
        .hasMessageContaining("HF_HUB_OFFLINE");
    assertThat(server.log).isEmpty();
  }

  @Test
  void aHubThatCannotBeReachedIsNamed() {
    server.close();
    assertThatThrownBy(this::pull)
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NOT_FOUND))
        .hasMessageContaining(server.endpoint().toString());
  }
}
