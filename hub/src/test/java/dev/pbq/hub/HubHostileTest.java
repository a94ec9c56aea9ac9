package dev.pbq.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A hub that lies, falls silent or does not end. */
class HubHostileTest extends HubCase {
  private static void assertFails(ThrowingCallable call, PbqException.Kind kind, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(PbqException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContainingAll(parts);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aListThatStallsIsLeft(boolean drips) {
    readTimeout = Duration.ofMillis(300);
    server.misbehave(
        HubServer.LISTING,
        (exchange, bytes, attempt) -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          for (int i = 0; i < 100; i++) {
            if (drips || i == 0) {
              out.write('{');
              out.flush();
            }
            pause(100);
          }
          return true;
        });
    long start = System.nanoTime();
    assertFails(this::pull, PbqException.Kind.NOT_FOUND, "next to nothing came", "5 tries");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
  }

  private static void pause(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aFileThatDoesNotEndIsCutOffAtTheStatedSize() throws IOException {
    AtomicLong sent = new AtomicLong();
    server.misbehave(
        WEIGHTS,
        (exchange, bytes, attempt) -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          byte[] zeros = new byte[1 << 16];
          while (sent.addAndGet(zeros.length) < 1L << 30) {
            out.write(zeros); // Ends with an exception when the reader has enough.
          }
          return true;
        });
    assertFails(this::pull, PbqException.Kind.BAD_DATA, WEIGHTS, "longer than the 1000000 bytes");
    assertThat(sent.get()).isLessThan(64L << 20);
    try (Stream<Path> files = Files.walk(cache)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.size(file)).isLessThanOrEqualTo(weights.length);
      }
    }
  }

  @Test
  void sizesThatMakeNoSenseAreRefused() {
    server.putHuge(WEIGHTS, weights, Long.MAX_VALUE);
    assertFails(this::pull, PbqException.Kind.RESOURCES, "not enough disk space");
    server.putHuge(WEIGHTS, weights, 1_000_000_000_000_000L);
    assertFails(this::pull, PbqException.Kind.RESOURCES, "not enough disk space");
    server.listingWithHashes = false;
    server.putHuge(WEIGHTS, weights, -5);
    assertFails(this::pull, PbqException.Kind.BAD_DATA, "no usable size", WEIGHTS);
  }

  @Test
  void oneNameForDifferentContentsIsRefused() {
    server.listingWithHashes = false;
    server.putHuge("tokenizer.model", weights, weights.length + 1);
    assertFails(this::pull, PbqException.Kind.BAD_DATA, "the same ETag", WEIGHTS);
  }

  @Test
  void aPlanOfAModelOfAnySizeSucceedsOrSaysThatTheSizeIsTooLarge() {
    byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
    byte[] start =
        ByteBuffer.allocate(8 + header.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header)
            .array();
    server.putHuge(WEIGHTS, start, Long.MAX_VALUE);
    Hub hub = hub(settings(Optional.empty(), false));
    assertFails(
        () -> hub.headers(HubServer.MODEL, "main"),
        PbqException.Kind.RESOURCES,
        "9223372036854775807");
  }
}
