package dev.pbq.eval.distance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.testkit.EveryFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceCacheTest {
  private static final int VOCABULARY = 11;
  private static final int[][] WINDOWS = {{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}};

  @TempDir private Path folder;

  @Test
  void whatIsReadIsWhatWasWritten() {
    Path file = write();
    try (LogProbabilityReader reader = LogProbabilityReader.open(file)) {
      assertThat(reader.header()).isEqualTo(header());
      TokenDistances distances = DistanceMeasurement.measure(WINDOWS, model(1), reader);
      assertThat(distances.size()).isEqualTo(8);
      assertThat(distances.divergences()).containsOnly(0.0);
      assertThat(distances.sameTopCount()).isEqualTo(8);
    }
    try (LogProbabilityReader reader = LogProbabilityReader.open(file)) {
      TokenDistances distances = DistanceMeasurement.measure(WINDOWS, model(2), reader);
      assertThat(Arrays.stream(distances.divergences()).min().orElseThrow()).isGreaterThan(1e-3);
    }
  }

  @Test
  void theLayoutIsTheDocumentedOne() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(write())).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.limit()).isEqualTo((int) ReferenceCache.fileBytes(header()));
    assertThat(new String(bytes.array(), 0, 8, StandardCharsets.US_ASCII)).isEqualTo("PBQLOGP\n");
    int length = bytes.getInt(8);
    assertThat(new String(bytes.array(), 16, length, StandardCharsets.UTF_8))
        .startsWith("{\"format_version\":1,\"dtype\":\"f32\"");
    int data = (16 + length + 63) / 64 * 64;
    assertThat(bytes.limit()).isEqualTo(data + 2 * (4 * VOCABULARY * 4 + 4));
    double sum = 0;
    for (int i = 0; i < VOCABULARY; i++) {
      sum += Math.exp(bytes.getFloat(data + 4 * i));
    }
    assertThat(sum).isBetween(1 - 1e-6, 1 + 1e-6);
  }

  @Test
  void aFileOfAnotherModelOrTextIsRefusedByName() {
    Path file = write();
    assertThat(ReferenceCache.isUsable(file, header())).isTrue();
    assertThat(ReferenceCache.isUsable(folder.resolve("none"), header())).isFalse();
    assertThatThrownBy(() -> ReferenceCache.isUsable(file, header("other", "tokens", 2)))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("model weights (original)")
        .hasMessageNotContaining("tokens");
    assertThatThrownBy(() -> ReferenceCache.isUsable(file, header("weights", "other", 2)))
        .hasMessageContaining("tokens (text)");
    assertThatThrownBy(() -> ReferenceCache.isUsable(file, header("weights", "tokens", 1)))
        .hasMessageContaining("number of windows (2)");
  }

  @Test
  void damageIsFound() throws IOException {
    Path file = write();
    byte[] whole = Files.readAllBytes(file);
    byte[] flipped = whole.clone();
    flipped[whole.length - 20] ^= 1;
    Files.write(file, flipped);
    assertThatThrownBy(
            () -> {
              try (LogProbabilityReader reader = LogProbabilityReader.open(file)) {
                DistanceMeasurement.measure(WINDOWS, model(1), reader);
              }
            })
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("window 1 is corrupt");
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> LogProbabilityReader.open(file)).hasMessageContaining("calls for");
    byte[] header = whole.clone();
    header[20] ^= 1;
    Files.write(file, header);
    assertThatThrownBy(() -> LogProbabilityReader.open(file)).hasMessageContaining("corrupt");
    Files.writeString(file, "a text that is long enough to have a prefix");
    assertThatThrownBy(() -> LogProbabilityReader.open(file)).hasMessageContaining("is not a file");
  }

  @Test
  void aRunThatFailsLeavesNoFile() {
    Path file = folder.resolve("failed");
    assertThatThrownBy(
            () ->
                ReferenceCache.write(
                    file,
                    header(),
                    WINDOWS,
                    (windows, rows) -> rows.accept(0, 0, 1, new float[] {Float.NaN, 1})))
        .isInstanceOf(RuntimeException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFullDiskLeavesNoFile() throws Exception {
    int steps =
        new EveryFault(folder, "cache")
            .full(
                (place, again) ->
                    ReferenceCache.write(place.resolve("cache"), header(), WINDOWS, model(1)));
    assertThat(steps).isGreaterThan(8);
  }

  private Path write() {
    Path file = folder.resolve("cache");
    ReferenceCache.write(file, header(), WINDOWS, model(1));
    return file;
  }

  /** Gives the rows of a window in two pieces. */
  private static LogitSource model(int seed) {
    return (windows, receiver) -> {
      for (int w = 0; w < windows.length; w++) {
        Random random = new Random(seed * 100L + w);
        for (int first = 0; first < 4; first += 3) {
          int rows = Math.min(3, 4 - first);
          float[] logits = new float[3 * VOCABULARY];
          for (int i = 0; i < rows * VOCABULARY; i++) {
            logits[i] = (float) random.nextGaussian() * 3;
          }
          receiver.accept(w, first, rows, logits);
        }
      }
    };
  }

  private static CacheHeader header() {
    return header("weights", "tokens", 2);
  }

  private static CacheHeader header(String weights, String tokens, int windows) {
    return new CacheHeader(
        CacheHeader.VERSION,
        CacheHeader.DTYPE,
        "original",
        weights,
        "tokenizer",
        "none",
        "text",
        "text-sha",
        tokens,
        windows,
        5,
        VOCABULARY,
        "test");
  }
}
