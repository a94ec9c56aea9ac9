package dev.pbq.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.PbqException;
import dev.pbq.core.testkit.EveryFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that becomes full at any step of a download. */
class HubFullDiskTest extends HubCase {
  private static final int SMALL = 20_000;

  @TempDir private Path disk;

  @Test
  void aFullDiskIsToldAndMoreRoomEndsTheDownload() throws Exception {
    weights = Arrays.copyOf(weights, SMALL);
    server.putLarge(WEIGHTS, weights);
    Map<String, byte[]> blobs = new HashMap<>();
    EveryFault faults = new EveryFault(disk, "");
    int steps =
        faults.full(
            (place, again) -> {
              try {
                hub(place).model(HubServer.MODEL, "main");
              } catch (PbqException e) {
                assertThat(e.kind()).isEqualTo(PbqException.Kind.RESOURCES);
                requireWhole(blobs);
                throw e;
              }
              if (blobs.isEmpty()) {
                blobs.putAll(blobs());
              }
            });
    assertThat(blobs).hasSize(3);
    assertThat(steps).isGreaterThan(10);
    // A full disk is no fault of the hub's, and not tried again.
    assertThat(pauses).isEmpty();
  }

  private Hub hub(Path place) {
    return new Hub(
        settings(Optional.empty(), false),
        place,
        Hub.AT_ONCE,
        DownloadListener.SILENT,
        pauses::add);
  }

  /** What has a blob's name has its bytes. */
  private void requireWhole(Map<String, byte[]> expected) throws IOException {
    blobs().forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(expected.get(name)));
  }

  private Map<String, byte[]> blobs() throws IOException {
    Path folder = disk.resolve("models--org--model").resolve("blobs");
    Map<String, byte[]> found = new HashMap<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(f -> !f.toString().endsWith(".incomplete")).toList()) {
          found.put(file.getFileName().toString(), Files.readAllBytes(file));
        }
      }
    }
    return found;
  }
}
