package dev.pbq.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files arrive whole, once, and in the layout that other tools know, whatever the server does. */
class HubDownloadTest extends HubCase {
  @Test
  void laysTheCacheOutAsHuggingFaceDoes() throws IOException {
    Path snapshot = pull();
    assertComplete(snapshot);
    assertThat(repository().resolve("refs/main")).hasContent(HubServer.COMMIT);
    String sha = HubServer.sha256(weights);
    assertThat(Files.readSymbolicLink(snapshot.resolve(WEIGHTS)))
        .isEqualTo(Path.of("../../blobs", sha));
    assertThat(repository().resolve("blobs").resolve(sha)).hasBinaryContent(weights);
    assertThat(Files.readSymbolicLink(snapshot.resolve("config.json")).getFileName().toString())
        .isEqualTo(HubServer.gitBlob(Files.readAllBytes(snapshot.resolve("config.json"))));
    try (Stream<Path> files = Files.list(snapshot)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("config.json", "tokenizer.json", WEIGHTS);
    }
    assertThat(received.stream().mapToLong(Long::longValue).sum())
        .isEqualTo(weights.length + CONFIG.length() + 2L);
    assertThat(pauses).isEmpty();
  }

  @Test
  void downloadsNothingTwice() throws IOException {
    pull();
    server.log.clear();
    assertComplete(pull());
    assertThat(server.log).hasSize(1).allMatch(line -> line.contains("/api/models/"));
  }

  @Test
  void asksFilesForTheirHashWhereTheListDoesNotTell() throws IOException {
    server.listingWithHashes = false;
    assertComplete(pull());
    assertThat(server.log).anyMatch(line -> line.startsWith("hub HEAD"));
    assertThat(server.log).noneMatch(line -> line.startsWith("store HEAD"));
  }

  @Test
  void goesOnWhereADroppedConnectionStopped() throws IOException {
    server.misbehave(
        WEIGHTS,
        (exchange, bytes, attempt) -> attempt < 4 && HubServer.dropAfter(exchange, bytes, 300_000));
    assertComplete(pull());
    assertThat(server.log)
        .anyMatch(line -> line.startsWith("store") && line.contains("range=bytes="));
    assertThat(received.stream().filter(n -> n < 0)).isEmpty();
  }

  @Test
  void startsAgainWhereTheServerIgnoresTheRange() throws IOException {
    server.misbehave(
        WEIGHTS,
        (exchange, bytes, attempt) -> {
          if (attempt == 1) {
            return HubServer.dropAfter(exchange, bytes, 400_000);
          }
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          return true;
        });
    assertComplete(pull());
    assertThat(received.stream().filter(n -> n < 0)).hasSize(1);
  }

  @Test
  void startsAgainWhereTheServerSendsAnotherRange() throws IOException {
    server.misbehave(
        WEIGHTS,
        (exchange, bytes, attempt) -> {
          if (attempt == 1) {
            return HubServer.dropAfter(exchange, bytes, 400_000);
          }
          exchange
              .getResponseHeaders()
              .set("Content-Range", "bytes 0-" + (bytes.length - 1) + "/*");
          exchange.sendResponseHeaders(206, bytes.length);
          exchange.getResponseBody().write(bytes);
          return true;
        });
    assertComplete(pull());
  }

  @Test
  void resumesWhatAnEarlierRunLeft() throws IOException {
    String sha = HubServer.sha256(weights);
    Path blobs = Files.createDirectories(repository().resolve("blobs"));
    Files.write(
        blobs.resolve(sha + ".pbq-deadbeef.incomplete"), java.util.Arrays.copyOf(weights, 600_000));
    assertComplete(pull());
    assertThat(server.log).anyMatch(line -> line.contains("range=bytes=600000-"));
  }

  @Test
  void leavesAFileThatAnotherProcessWritesAlone() throws IOException {
    String sha = HubServer.sha256(weights);
    Path blobs = Files.createDirectories(repository().resolve("blobs"));
    Path theirs = blobs.resolve(sha + ".pbq-deadbeef.incomplete");
    Files.write(theirs, new byte[1000]);
    try (FileChannel channel = FileChannel.open(theirs, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      Path snapshot = pull();
      assertThat(snapshot.resolve(WEIGHTS)).hasBinaryContent(weights);
      assertThat(theirs).hasSize(1000);
    }
  }

  @Test
  void throwsAwayALeftOverThatIsWrong() throws IOException {
    String sha = HubServer.sha256(weights);
    Path blobs = Files.createDirectories(repository().resolve("blobs"));
    Files.write(blobs.resolve(sha + ".pbq-deadbeef.incomplete"), new byte[500_000]);
    assertComplete(pull());
  }

  @Test
  void aLeftOverLongerThanTheFileIsNoStart() throws IOException {
    String sha = HubServer.sha256(weights);
    Path blobs = Files.createDirectories(repository().resolve("blobs"));
    Files.write(blobs.resolve(sha + ".pbq-deadbeef.incomplete"), new byte[weights.length + 5]);
    assertComplete(pull());
  }

  @Test
  void aRangeThatTheServerRefusesIsStartedAgain() throws IOException {
    server.misbehave(
        WEIGHTS,
        (exchange, bytes, attempt) -> {
          if (attempt == 1) {
            return HubServer.dropAfter(exchange, bytes, 400_000);
          }
          if (HubServer.from(exchange) > 0) {
            HubServer.error(exchange, 416, "");
            return true;
          }
          return false;
        });
    assertComplete(pull());
  }

  @Test
  void truncatedBodiesAreNotTakenForFiles() throws IOException {
    // A length that fits what is sent, but not the file.
    server.misbehave(
        WEIGHTS,
        (exchange, bytes, attempt) -> {
          if (attempt > 2) {
            return false;
          }
          int from = HubServer.from(exchange);
          if (from > 0) {
            exchange
                .getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-/" + bytes.length);
          }
          exchange.sendResponseHeaders(from > 0 ? 206 : 200, 1000);
          exchange.getResponseBody().write(bytes, from, 1000);
          return true;
        });
    assertComplete(pull());
  }

  @Test
  void aWrongHashIsTriedTwiceAndNeverStored() throws IOException {
    server.wrongHash = true;
    assertThatThrownBy(this::pull)
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContaining(WEIGHTS)
        .hasMessageContaining("sha256");
    assertThat(server.attempts(WEIGHTS)).isEqualTo(2);
    // Other files may have been cut off: what they have is kept. Of this one nothing is.
    String stated = HubServer.sha256(new byte[] {1});
    assertThat(leftOvers()).noneMatch(f -> f.getFileName().toString().startsWith(stated));
    assertThat(repository().resolve("blobs").resolve(stated)).doesNotExist();
    assertThat(repository().resolve("snapshots")).doesNotExist();
  }

  @Test
  void damagedSmallFilesAreNoticedToo() {
    server.misbehave(
        "tokenizer.json",
        (exchange, bytes, attempt) -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write(new byte[] {'[', ']'});
          return true;
        });
    assertThatThrownBy(this::pull)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining("git hash");
  }

  @Test
  void waitsAsLongAsTheServerAsks() throws IOException {
    server.misbehave(
        WEIGHTS,
        (exchange, bytes, attempt) -> {
          if (attempt > 1) {
            return false;
          }
          exchange.getResponseHeaders().set("Retry-After", "17");
          HubServer.error(exchange, 429, "");
          return true;
        });
    assertComplete(pull());
    assertThat(pauses).containsExactly(Duration.ofSeconds(17));
  }

  @Test
  void pausesGrowAndEnd() {
    server.misbehave(
        WEIGHTS,
        (exchange, bytes, attempt) -> {
          HubServer.error(exchange, 503, "");
          return true;
        });
    assertThatThrownBy(this::pull).hasMessageContaining("503").hasMessageContaining("5 tries");
    assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L);
    assertThat(repository().resolve("snapshots")).doesNotExist();
  }

  @Test
  void aServerThatFallsSilentIsLeft() throws IOException {
    readTimeout = Duration.ofMillis(700);
    server.misbehave(
        WEIGHTS,
        (exchange, bytes, attempt) -> {
          if (attempt > 1) {
            return false;
          }
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes, 0, 200_000);
          exchange.getResponseBody().flush();
          try {
            Thread.sleep(2500);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return true;
        });
    assertComplete(pull());
    assertThat(server.log).anyMatch(line -> line.contains("range=bytes=200000-"));
  }

  @Test
  void aPlaceThatIsTakenIsNamedAndNothingIsLeftBehind() throws IOException {
    Path snapshot = repository().resolve("snapshots").resolve(HubServer.COMMIT);
    Files.createDirectories(snapshot.resolve("config.json/taken"));
    assertThatThrownBy(this::pull)
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("cannot write " + snapshot.resolve("config.json"));
    try (Stream<Path> files = Files.list(snapshot)) {
      assertThat(files).noneMatch(f -> f.toString().endsWith(".pbq-tmp"));
    }
  }

  @Test
  void dataSetsAreFetchedByTheFirstGlobThatMatches() throws IOException {
    server.put("en/c4-train.00000-of-01024.json.gz", "train");
    server.put("en/c4-train.00001-of-01024.json.gz", "not wanted");
    Hub hub = hub(settings(Optional.empty(), false));
    Path snapshot =
        hub.dataset(
            HubServer.DATASET, List.of("fr/*.gz", "en/c4-train.00000-of-*.json.gz", "en/*"));
    assertThat(cache.resolve("datasets--org--data/snapshots").resolve(HubServer.COMMIT))
        .isEqualTo(snapshot);
    assertThat(snapshot.resolve("en/c4-train.00000-of-01024.json.gz")).hasContent("train");
    assertThat(
            Files.readSymbolicLink(snapshot.resolve("en/c4-train.00000-of-01024.json.gz"))
                .startsWith("../../../blobs"))
        .isTrue();
    assertThat(snapshot.resolve("en/c4-train.00001-of-01024.json.gz")).doesNotExist();
    assertThatThrownBy(() -> hub.dataset(HubServer.DATASET, List.of("de/*.gz")))
        .hasMessageContaining("no file like de/*.gz");
  }

  @Test
  void headersAreEnoughForAPlan() throws IOException {
    byte[] header =
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[500000],\"data_offsets\":[0,1000000]}}"
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] file = new byte[8 + header.length + 1_000_000];
    java.nio.ByteBuffer.wrap(file)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header);
    server.putLarge(WEIGHTS, file);
    Path folder;
    try (HeaderFolder headers =
        hub(settings(Optional.empty(), false)).headers(HubServer.MODEL, "main")) {
      folder = headers.path();
      assertThat(folder.resolve(WEIGHTS)).hasSize(file.length);
      assertThat(folder.resolve("config.json")).hasContent(CONFIG);
      byte[] start =
          java.util.Arrays.copyOf(Files.readAllBytes(folder.resolve(WEIGHTS)), 8 + header.length);
      assertThat(start).isEqualTo(java.util.Arrays.copyOf(file, 8 + header.length));
    }
    assertThat(folder).doesNotExist();
    assertThat(repository()).doesNotExist();
  }
}
