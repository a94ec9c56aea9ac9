package dev.pbq.hub;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** The meaning of an HTTP error: to be tried again, or a message to the user. */
final class Refusal {
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;

  private final HubSettings settings;
  private final Repository repository;
  private final String revision;

  Refusal(HubSettings settings, Repository repository, String revision) {
    this.settings = settings;
    this.repository = repository;
    this.revision = revision;
  }

  /**
   * Passes a success on.
   *
   * @param path the file asked for; empty for the list of files
   * @throws TransientFailure if the next try may succeed
   * @throws PbqException NOT_FOUND for a missing, private or gated repository, a missing revision
   *     or a missing file, each with its own message; BAD_DATA for any other answer
   */
  void check(HubHttp.Reply reply, String path) throws IOException {
    int status = reply.status();
    boolean redirectedAway = status >= 300 && status < 400;
    if (reply.isSuccess() || redirectedAway) {
      return;
    }
    if (status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS || status >= 500) {
      throw new TransientFailure("the server answers " + status, after(reply));
    }
    throw message(reply, path);
  }

  private PbqException message(HubHttp.Reply reply, String path) {
    String code = reply.header("X-Error-Code").orElse("");
    int status = reply.status();
    return switch (code) {
      case "GatedRepo" -> gated();
      case "RevisionNotFound" ->
          PbqException.notFound(repository.describe() + " has no revision " + revision);
      case "EntryNotFound" -> PbqException.notFound(repository.describe() + " has no file " + path);
      case "RepoNotFound" -> missing();
      default -> {
        if (status == 401 || (status == 404 && path.isEmpty())) {
          yield missing();
        }
        if (status == 403) {
          yield PbqException.notFound(
              repository.describe() + " may not be read" + tokenHint() + " (HTTP 403)");
        }
        if (status == 404) {
          yield PbqException.notFound(repository.describe() + " has no file " + path);
        }
        yield PbqException.badData(
            repository.describe() + ": " + reply.uri().getHost() + " answers HTTP " + status);
      }
    };
  }

  private PbqException gated() {
    return PbqException.notFound(
        repository.describe()
            + " is gated: accept its licence at "
            + repository.page(settings.endpoint())
            + (settings.token().isPresent()
                ? "; the account of the token given has no access yet"
                : ", then set HF_TOKEN to a token of that account"));
  }

  private PbqException missing() {
    return PbqException.notFound(
        settings.endpoint().getHost()
            + " has no "
            + repository.describe()
            + ", or it is private"
            + tokenHint());
  }

  private String tokenHint() {
    return settings.token().isPresent()
        ? ": the token given has no access to it"
        : ": HF_TOKEN gives access";
  }

  private static Optional<Duration> after(HubHttp.Reply reply) {
    return reply
        .header("Retry-After")
        .filter(value -> value.strip().matches("\\d{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value.strip())));
  }
}
