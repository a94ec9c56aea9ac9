package dev.pbq.torture;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A hub on this machine with one model, slow enough to be interrupted. */
public final class LocalHub implements AutoCloseable {
  /** The id of the model. */
  static final String MODEL = "org/model";

  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final int CHUNK = 1 << 14;
  private static final int PAUSE_MILLISECONDS = 10;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files;

  /** Starts a hub that has these files, by name. */
  public LocalHub(Map<String, byte[]> files) throws IOException {
    this.files = new TreeMap<>(files);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String endpoint() {
    return "http://"
        + server.getAddress().getAddress().getHostAddress()
        + ":"
        + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.startsWith("/api/models/" + MODEL)) {
        byte[] list = listing().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, list.length);
        exchange.getResponseBody().write(list);
        return;
      }
      byte[] file = files.get(path.substring(path.lastIndexOf('/') + 1));
      if (file == null) {
        exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
      exchange.getResponseHeaders().set("ETag", '"' + blob(file) + '"');
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("Content-Length", Integer.toString(file.length));
        exchange.sendResponseHeaders(200, -1);
        return;
      }
      send(exchange, file);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, byte[] file)
      throws IOException, InterruptedException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (file.length - 1) + "/" + file.length);
    }
    int length = file.length - from;
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, length == 0 ? -1 : length);
    OutputStream out = exchange.getResponseBody();
    for (int at = from; at < file.length; at += CHUNK) {
      // Ends with an exception when the reader is killed.
      out.write(file, at, Math.min(CHUNK, file.length - at));
      out.flush();
      Thread.sleep(PAUSE_MILLISECONDS);
    }
  }

  private String listing() {
    StringBuilder json = new StringBuilder("{\"sha\":\"" + COMMIT + "\",\"siblings\":[");
    String comma = "";
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      json.append(comma).append("{\"rfilename\":\"").append(file.getKey()).append('"');
      json.append(",\"size\":").append(file.getValue().length);
      json.append(",\"blobId\":\"").append(blob(file.getValue())).append("\"}");
      comma = ",";
    }
    return json.append("]}").toString();
  }

  /** The name that git gives to contents. */
  private static String blob(byte[] bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest.digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
