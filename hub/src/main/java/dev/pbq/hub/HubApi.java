package dev.pbq.hub;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Requests to the hub's API about one repository at one revision. */
final class HubApi {
  private static final int MAX_LISTING_BYTES = 64 << 20;
  private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  private final HubSettings settings;
  private final HubHttp http;
  private final Retries retries;
  private final Repository repository;
  private final Refusal refusal;
  private final String revision;

  HubApi(
      HubSettings settings, HubHttp http, Retries retries, Repository repository, String revision) {
    this.settings = settings;
    this.http = http;
    this.retries = retries;
    this.repository = repository;
    this.revision = revision;
    this.refusal = new Refusal(settings, repository, revision);
  }

  /**
   * The files at the revision.
   *
   * @throws PbqException NOT_FOUND if there is no such repository or revision, or no answer
   */
  Listing listing() {
    URI uri = repository.listing(settings.endpoint(), revision);
    String json =
        retries.call(
            repository.describe() + ": cannot reach " + settings.endpoint(),
            () -> {
              try (HubHttp.Reply reply = http.get(uri, Map.of())) {
                refusal.check(reply, "");
                return text(reply.body());
              }
            });
    return Listing.parse(json, repository.describe());
  }

  private static String text(InputStream body) throws IOException {
    byte[] bytes = body.readNBytes(MAX_LISTING_BYTES + 1);
    if (bytes.length > MAX_LISTING_BYTES) {
      throw new IOException("the list of files is longer than " + MAX_LISTING_BYTES + " bytes");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * A file with its size and the name of its blob: as the listing gives them, or else the headers
   * of the file's own answer.
   *
   * @throws PbqException BAD_DATA if neither gives them
   */
  RemoteFile describe(RemoteFile listed, String commit) {
    if (listed.etag().isPresent() && listed.size().isPresent()) {
      return listed;
    }
    URI uri = repository.file(settings.endpoint(), commit, listed.path());
    return retries.call(
        repository.describe() + ": cannot reach " + settings.endpoint(),
        () -> {
          try (HubHttp.Reply reply = http.head(uri)) {
            refusal.check(reply, listed.path());
            return fromHeaders(listed, reply);
          }
        });
  }

  private RemoteFile fromHeaders(RemoteFile listed, HubHttp.Reply reply) {
    Optional<String> linked = reply.header("X-Linked-Etag").map(HubApi::bare);
    String etag = linked.or(() -> reply.header("ETag").map(HubApi::bare)).orElse("");
    if (!ETAG.matcher(etag).matches()) {
      throw PbqException.badData(
          repository.describe()
              + ": "
              + settings.endpoint().getHost()
              + " gives no usable ETag for "
              + listed.path());
    }
    Optional<String> length =
        reply.header("X-Linked-Size").or(() -> reply.header("Content-Length"));
    if (length.isPresent() && !length.get().matches("\\d{1,18}")) {
      throw PbqException.badData(
          repository.describe()
              + ": "
              + settings.endpoint().getHost()
              + " states no usable size of "
              + listed.path());
    }
    OptionalLong size =
        length.isPresent() ? OptionalLong.of(Long.parseLong(length.get())) : listed.size();
    boolean isSha256 = etag.matches("[0-9a-f]{64}");
    return new RemoteFile(
        listed.path(),
        size,
        isSha256 ? Optional.of(etag) : Optional.empty(),
        isSha256 ? Optional.empty() : Optional.of(etag));
  }

  private static String bare(String etag) {
    return etag.strip().replaceFirst("^W/", "").replace("\"", "");
  }

  /**
   * Opens a file's contents from a byte on; the caller closes the reply and looks at its status,
   * which is 206 only where the server honours the range, or 416.
   */
  HubHttp.Reply open(String commit, String path, long from)
      throws IOException, InterruptedException {
    URI uri = repository.file(settings.endpoint(), commit, path);
    Map<String, String> range = from > 0 ? Map.of("Range", "bytes=" + from + "-") : Map.of();
    HubHttp.Reply reply = http.get(uri, range);
    try {
      if (reply.status() != BlobDownload.RANGE_NOT_SATISFIABLE) {
        refusal.check(reply, path);
      }
      return reply;
    } catch (IOException | RuntimeException e) {
      reply.close();
      throw e;
    }
  }
}
