package dev.pbq.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lists of files that a malicious hub may send: what {@link HostileInputs} promises. */
class HostileListingsTest {
  @TempDir private Path scratch;

  static List<Path> folders() {
    return HostileInputs.folders("hub-");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aListing(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          Listing listing = Listing.parse(Files.readString(copy.resolve("listing.json")), "org/x");
          for (RemoteFile file : listing.files()) {
            assertThat(copy.resolve(file.path()).normalize().startsWith(copy)).isTrue();
          }
        });
  }
}
