package dev.pbq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.workflow.speed.RunRates;
import dev.pbq.workflow.speed.SpeedCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures of the machine are measured once for each number of threads. */
class SpeedCacheTest {
  private static final RunRates RATES =
      new RunRates(0.5, Map.of(64, 1e9, 256, 3e9, 1024, 5e9), 4e9, 2e9);

  @TempDir private Path folder;
  private final AtomicInteger measured = new AtomicInteger();

  private RunRates rates(int threads) {
    return new SpeedCache(folder)
        .rates(
            threads,
            () -> {
              measured.incrementAndGet();
              return RATES;
            });
  }

  @Test
  void whatWasMeasuredIsRead() {
    assertThat(rates(2)).isEqualTo(RATES);
    assertThat(rates(2)).isEqualTo(RATES);
    assertThat(measured).hasValue(1);
    assertThat(rates(1)).isEqualTo(RATES);
    assertThat(measured).hasValue(2);
  }

  @Test
  void whatIsDamagedIsMeasuredAgain() throws IOException {
    for (String text : List.of("", "{", "{\"products\": {}}", "[1]", "{\"hessian\": -1}")) {
      measured.set(0);
      assertThat(rates(2)).isEqualTo(RATES);
      try (Stream<Path> files = Files.list(folder)) {
        Files.writeString(files.findFirst().orElseThrow(), text);
      }
      measured.set(0);
      assertThat(rates(2)).as(text).isEqualTo(RATES);
      assertThat(measured).as(text).hasValue(1);
    }
  }

  @Test
  void whatCannotBeKeptIsMeasuredEachTime() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    for (int i = 1; i <= 2; i++) {
      new SpeedCache(file)
          .rates(
              2,
              () -> {
                measured.incrementAndGet();
                return RATES;
              });
      assertThat(measured).hasValue(i);
    }
  }

  @Test
  void productsBetweenWidthsLieBetween() {
    assertThat(RATES.product(8)).isEqualTo(1e9);
    assertThat(RATES.product(128)).isEqualTo(2e9);
    assertThat(RATES.product(1024)).isEqualTo(5e9);
    assertThat(RATES.product(4096)).isEqualTo(5e9);
  }
}
