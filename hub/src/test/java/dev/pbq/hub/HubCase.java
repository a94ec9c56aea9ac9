package dev.pbq.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A hub with one model, and an empty cache. */
abstract class HubCase {
  static final String WEIGHTS = "model.safetensors";
  static final String CONFIG = "{\"model_type\":\"llama\"}";

  @TempDir Path cache;
  HubServer server;
  byte[] weights;
  Duration readTimeout = Duration.ofSeconds(10);
  final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  final List<Long> received = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void start() throws IOException {
    server = new HubServer();
    weights = new byte[1_000_000];
    new Random(7).nextBytes(weights);
    server.put("config.json", CONFIG);
    server.put("tokenizer.json", "{}");
    server.put("README.md", "not wanted");
    server.put("original/params.json", "not wanted");
    server.putLarge(WEIGHTS, weights);
    server.putLarge("pytorch_model.bin", new byte[] {1, 2, 3});
  }

  @AfterEach
  void stop() {
    server.close();
  }

  final HubSettings settings(Optional<String> token, boolean offline) {
    return new HubSettings(server.endpoint(), token, offline, Duration.ofSeconds(10), readTimeout);
  }

  final Hub hub(HubSettings settings) {
    return new Hub(
        settings,
        cache,
        Hub.AT_ONCE,
        new DownloadListener() {
          @Override
          public void received(String path, long bytes) {
            received.add(bytes);
          }
        },
        pauses::add);
  }

  final Path pull() {
    return hub(settings(Optional.empty(), false)).model(HubServer.MODEL, "main");
  }

  final Path repository() {
    return cache.resolve("models--org--model");
  }

  final void assertComplete(Path snapshot) throws IOException {
    assertThat(snapshot).isEqualTo(repository().resolve("snapshots").resolve(HubServer.COMMIT));
    assertThat(snapshot.resolve(WEIGHTS)).hasBinaryContent(weights);
    assertThat(snapshot.resolve("config.json")).hasContent(CONFIG);
    assertThat(leftOvers()).isEmpty();
  }

  final List<Path> leftOvers() throws IOException {
    try (Stream<Path> files = Files.list(repository().resolve("blobs"))) {
      return files.filter(f -> f.toString().endsWith(".incomplete")).toList();
    }
  }
}
