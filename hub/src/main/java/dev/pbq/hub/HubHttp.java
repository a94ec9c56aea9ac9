package dev.pbq.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * One request with its redirects. They are followed here and not by the HTTP client, because the
 * token must reach the hub and no other host, and because the hub's own answer to a request for a
 * large file, a redirect, carries the headers that describe it.
 */
final class HubHttp {
  private static final int MAX_REDIRECTS = 10;

  private final HubSettings settings;
  private final HttpClient client;
  private final ScheduledExecutorService watchdog =
      Executors.newSingleThreadScheduledExecutor(SnapshotDownload.daemon());

  HubHttp(HubSettings settings) {
    this.settings = settings;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(settings.connectTimeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /**
   * An answer; the caller closes it. Its body fails when nothing comes for a while.
   *
   * @param uri that answered
   */
  record Reply(int status, HttpHeaders headers, URI uri, InputStream body)
      implements AutoCloseable {
    Optional<String> header(String name) {
      return headers.firstValue(name);
    }

    boolean isSuccess() {
      return status >= 200 && status < 300;
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  /** Asks for a body, following redirects to wherever they lead. */
  Reply get(URI uri, Map<String, String> headers) throws IOException, InterruptedException {
    return send("GET", uri, headers, true);
  }

  /** Asks for headers, following redirects within the hub (renamed repositories) alone. */
  Reply head(URI uri) throws IOException, InterruptedException {
    return send("HEAD", uri, Map.of(), false);
  }

  private Reply send(String method, URI start, Map<String, String> headers, boolean elsewhere)
      throws IOException, InterruptedException {
    URI uri = start;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      Reply reply = once(method, uri, headers);
      Optional<String> location = reply.header("location");
      boolean redirect = reply.status() >= 300 && reply.status() < 400 && location.isPresent();
      if (!redirect) {
        return reply;
      }
      URI next = target(uri, location.get());
      if (!elsewhere && !isHub(next)) {
        return reply;
      }
      reply.close();
      if (isSecure(uri) && !isSecure(next)) {
        throw new IOException(
            "redirected from https to " + next.getScheme() + "://" + next.getHost());
      }
      uri = next;
    }
    throw new IOException("more than " + MAX_REDIRECTS + " redirects from " + start.getHost());
  }

  private static URI target(URI from, String location) throws IOException {
    try {
      URI next = from.resolve(location);
      if (next.getHost() != null
          && ("https".equals(next.getScheme()) || "http".equals(next.getScheme()))) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("redirected to no address: " + location, e);
    }
    throw new IOException("redirected to no address: " + location);
  }

  private Reply once(String method, URI uri, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(settings.connectTimeout())
            .header("User-Agent", "pbq")
            // Ranges and lengths are those of the file, not of a compressed form of it.
            .header("Accept-Encoding", "identity");
    headers.forEach(request::header);
    if (isHub(uri)) {
      settings.token().ifPresent(t -> request.header("Authorization", "Bearer " + t));
    }
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    InputStream body = new StallGuard(response.body(), settings.readTimeout(), watchdog);
    return new Reply(response.statusCode(), response.headers(), uri, body);
  }

  private boolean isHub(URI uri) {
    URI hub = settings.endpoint();
    return Objects.equals(uri.getScheme(), hub.getScheme())
        && uri.getHost().equalsIgnoreCase(hub.getHost())
        && uri.getPort() == hub.getPort();
  }

  private static boolean isSecure(URI uri) {
    return "https".equals(uri.getScheme());
  }
}
