package dev.pbq.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.checkpoint.WeightFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A packed model on the hub, whose weight files have names of their own. */
class PackedModelTest extends HubCase {
  @Test
  void itsFilesAreDownloaded() {
    byte[] shard = "shard".getBytes(StandardCharsets.US_ASCII);
    server.putLarge(WeightFiles.PACKED.shard(1, 2), shard);
    server.putLarge(WeightFiles.PACKED.shard(2, 2), shard);
    server.put(WeightFiles.PACKED.index(), "{}");
    Path folder = pull();
    assertThat(folder.toFile().list())
        .contains(
            "config.json",
            WeightFiles.PACKED.shard(1, 2),
            WeightFiles.PACKED.shard(2, 2),
            WeightFiles.PACKED.index());
  }
}
