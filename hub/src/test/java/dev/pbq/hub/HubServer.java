package dev.pbq.hub;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A hub on this machine with one model and one data set, that answers as the real one does, and
 * misbehaves where a test asks it to. Large files are redirected to a second server, as the real
 * hub's are.
 */
public final class HubServer implements AutoCloseable {
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  static final String MODEL = "org/model";
  static final String DATASET = "org/data";

  /** The list of files, for {@link #misbehave}. */
  static final String LISTING = "<listing>";

  private final Set<String> repositories =
      new HashSet<>(Set.of("models/" + MODEL, "datasets/" + DATASET));

  /** What a server does in place of answering a request for a file. */
  interface Misbehaviour {
    /** Answers, or returns false to let the server answer as it should. */
    boolean answer(HttpExchange exchange, byte[] contents, int attempt) throws IOException;
  }

  private record Contents(byte[] bytes, boolean large, long size) {}

  private final HttpServer hub;
  private final HttpServer store;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Contents> files = new LinkedHashMap<>();
  private final Map<String, Misbehaviour> misbehaviours = new ConcurrentHashMap<>();
  private final Map<String, Integer> attempts = new ConcurrentHashMap<>();

  /** Every request: method, path, Range and Authorization, by server. */
  final List<String> log = Collections.synchronizedList(new ArrayList<>());

  String listingError = "";
  int listingStatus = 200;
  boolean listingWithHashes = true;
  String requiredToken = "";
  boolean wrongHash;

  public HubServer() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    hub = HttpServer.create(any, 0);
    store = HttpServer.create(any, 0);
    hub.setExecutor(threads);
    store.setExecutor(threads);
    hub.createContext("/", e -> guarded(e, this::answerHub));
    store.createContext("/", e -> guarded(e, this::answerStore));
    hub.start();
    store.start();
  }

  /** Its address. */
  public URI endpoint() {
    return URI.create(
        "http://" + hub.getAddress().getHostString() + ":" + hub.getAddress().getPort());
  }

  /** A file of every repository. */
  public void put(String path, String text) {
    files.put(path, contents(text));
  }

  /** A file in large file storage. */
  public void putLarge(String path, byte[] bytes) {
    files.put(path, new Contents(bytes, true, bytes.length));
  }

  /** A file of {@code size} bytes, zeros after a few. */
  public void putHuge(String path, byte[] start, long size) {
    files.put(path, new Contents(start, true, size));
  }

  /**
   * Makes the server have another repository: {@code models/org/name}, {@code datasets/org/name}.
   */
  public void addRepository(String kindAndId) {
    repositories.add(kindAndId);
  }

  void misbehave(String path, Misbehaviour misbehaviour) {
    misbehaviours.put(path, misbehaviour);
  }

  private static Contents contents(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Contents(bytes, false, bytes.length);
  }

  private interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  private void guarded(HttpExchange exchange, Handler handler) throws IOException {
    try (exchange) {
      Headers h = exchange.getRequestHeaders();
      log.add(
          (exchange.getLocalAddress().getPort() == hub.getAddress().getPort() ? "hub " : "store ")
              + exchange.getRequestMethod()
              + " "
              + exchange.getRequestURI().getRawPath()
              + " range="
              + h.getFirst("Range")
              + " auth="
              + h.getFirst("Authorization"));
      handler.handle(exchange);
    }
  }

  private void answerHub(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    if (!requiredToken.isEmpty() && !("Bearer " + requiredToken).equals(token)) {
      error(exchange, 401, "GatedRepo");
      return;
    }
    if (path.startsWith("/api/")) {
      answerListing(exchange, path);
      return;
    }
    String marker = "/resolve/" + COMMIT + "/";
    int at = path.indexOf(marker);
    Contents file = at < 0 ? null : files.get(path.substring(at + marker.length()));
    if (file == null) {
      error(exchange, 404, "EntryNotFound");
      return;
    }
    String name = path.substring(at + marker.length());
    Headers out = exchange.getResponseHeaders();
    out.set("X-Repo-Commit", COMMIT);
    if (file.large()) {
      out.set("X-Linked-Etag", "\"" + sha256(file.bytes()) + "\"");
      out.set("X-Linked-Size", Long.toString(file.size()));
      out.set(
          "Location",
          "http://localhost:" + store.getAddress().getPort() + "/" + name + "?signed=1");
      exchange.sendResponseHeaders(302, -1);
      return;
    }
    out.set("ETag", "\"" + gitBlob(file.bytes()) + "\"");
    serve(exchange, name, file);
  }

  private void answerStore(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring(1);
    serve(exchange, name, files.get(name));
  }

  private void answerListing(HttpExchange exchange, String path) throws IOException {
    Misbehaviour misbehaviour = misbehaviours.get(LISTING);
    if (misbehaviour != null
        && misbehaviour.answer(exchange, new byte[0], attempts.merge(LISTING, 1, Integer::sum))) {
      return;
    }
    if (listingStatus != 200) {
      error(exchange, listingStatus, listingError);
      return;
    }
    String repository = path.replaceFirst("^/api/", "").replaceFirst("/revision/.*", "");
    boolean known = repositories.contains(repository);
    if (!known) {
      error(exchange, 401, "RepoNotFound");
      return;
    }
    if (!path.endsWith("/revision/main") && !path.endsWith("/revision/" + COMMIT)) {
      error(exchange, 404, "RevisionNotFound");
      return;
    }
    StringBuilder json = new StringBuilder("{\"sha\":\"" + COMMIT + "\",\"siblings\":[");
    String comma = "";
    for (Map.Entry<String, Contents> e : files.entrySet()) {
      byte[] bytes = e.getValue().bytes();
      json.append(comma).append("{\"rfilename\":\"").append(e.getKey()).append('"');
      if (listingWithHashes) {
        json.append(",\"size\":").append(e.getValue().size());
        json.append(",\"blobId\":\"").append(gitBlob(bytes)).append('"');
        if (e.getValue().large()) {
          String sha = wrongHash ? sha256(new byte[] {1}) : sha256(bytes);
          json.append(",\"lfs\":{\"sha256\":\"")
              .append(sha)
              .append("\",\"size\":")
              .append(e.getValue().size());
          json.append(",\"pointerSize\":135}");
        }
      }
      json.append('}');
      comma = ",";
    }
    byte[] body = json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  private void serve(HttpExchange exchange, String name, Contents file) throws IOException {
    byte[] bytes = file.bytes();
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    int attempt = attempts.merge(name, 1, Integer::sum);
    Misbehaviour misbehaviour = misbehaviours.get(name);
    if (misbehaviour != null && misbehaviour.answer(exchange, bytes, attempt)) {
      return;
    }
    if (file.size() > bytes.length) {
      serveHuge(exchange, file);
      return;
    }
    int from = from(exchange);
    byte[] part = Arrays.copyOfRange(bytes, from, bytes.length);
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, part.length == 0 ? -1 : part.length);
    exchange.getResponseBody().write(part);
  }

  private static void serveHuge(HttpExchange exchange, Contents file) throws IOException {
    exchange.sendResponseHeaders(200, file.size());
    OutputStream out = exchange.getResponseBody();
    out.write(file.bytes());
    byte[] zeros = new byte[1 << 16];
    for (long left = file.size() - file.bytes().length; left > 0; left -= zeros.length) {
      // Ends with an exception when the reader has enough.
      out.write(zeros, 0, (int) Math.min(left, zeros.length));
    }
  }

  /** The first byte that a request asks for. */
  static int from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
  }

  /** Promises the whole rest, sends {@code count} bytes of it and hangs up. */
  static boolean dropAfter(HttpExchange exchange, byte[] bytes, int count) throws IOException {
    int from = from(exchange);
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
    OutputStream out = exchange.getResponseBody();
    out.write(bytes, from, Math.min(count, bytes.length - from));
    out.flush();
    exchange.close();
    return true;
  }

  static void error(HttpExchange exchange, int status, String code) throws IOException {
    if (!code.isEmpty()) {
      exchange.getResponseHeaders().set("X-Error-Code", code);
    }
    exchange.sendResponseHeaders(status, -1);
  }

  int attempts(String name) {
    return attempts.getOrDefault(name, 0);
  }

  static String sha256(byte[] bytes) {
    return hash("SHA-256", bytes);
  }

  static String gitBlob(byte[] bytes) {
    byte[] header = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(header, header.length + bytes.length);
    System.arraycopy(bytes, 0, all, header.length, bytes.length);
    return hash("SHA-1", all);
  }

  private static String hash(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    store.stop(0);
    threads.shutdownNow();
  }
}
