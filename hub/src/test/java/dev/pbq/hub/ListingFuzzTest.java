package dev.pbq.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers of a hub made at random: what {@link HostileInputs} promises. */
class ListingFuzzTest {
  private static final String ANSWER =
      """
      {"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[
       {"rfilename":"config.json","size":10,"blobId":"89abcdef0123456789abcdef0123456789abcdef"},
       {"rfilename":"a/model.safetensors","size":99,"blobId":"89abcdef0123456789abcdef0123456789abcdef",
        "lfs":{"sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":99,
        "pointerSize":135}}]}
      """;

  @TempDir private Path scratch;

  @Test
  void listing() throws Exception {
    String name = "listing.json";
    Fuzz.run(
        "hub-listing",
        scratch,
        Fuzz.oneOf(
            Map.of(name, ANSWER.getBytes(StandardCharsets.UTF_8)), Map.of(name, Mutations::json)),
        folder -> {
          String text = Files.readString(folder.resolve(name));
          for (RemoteFile file : Listing.parse(text, "org/x").files()) {
            assertThat(folder.resolve(file.path()).normalize().startsWith(folder)).isTrue();
          }
        });
  }
}
