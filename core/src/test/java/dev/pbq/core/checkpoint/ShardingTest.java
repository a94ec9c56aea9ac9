package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardingTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "5GB, 5000000000",
    "500MB, 500000000",
    "2GiB, 2147483648",
    "1.5 kb, 1500",
    "12, 12",
    "12B, 12",
    "1tib, 1099511627776",
    "' 7G ', 7000000000"
  })
  void parsesSizes(String text, long bytes) {
    assertThat(ShardSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0", "-5GB", "5XB", "GB", "0.1", "1iB", "5 GB x", "999999999TB", "1e9", "NaN"})
  void refusesWhatIsNoSize(String text) {
    assertThatThrownBy(() -> ShardSize.parse(text))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessageContaining("'" + text + "'");
  }

  private static TensorGroup group(String name, int... sizes) {
    List<TensorEntry> entries = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      byte[] data = new byte[sizes[i]];
      Arrays.fill(data, (byte) name.hashCode());
      entries.add(TensorEntry.ofBytes(name + ".p" + i, DType.U8, new long[] {sizes[i]}, data));
    }
    return new TensorGroup(entries, Map.of("about." + name, "is " + name));
  }

  @Test
  void oneShardHasNoIndex() {
    CheckpointWriter.Written written =
        CheckpointWriter.write(
            folder, List.of(group("a", 3), group("b", 4)), Map.of("x", "y"), 1000);
    assertThat(written.files()).containsExactly("model.safetensors");
    assertThat(written.tensorBytes()).isEqualTo(7);
    assertThat(SafetensorsWriterTest.list(folder)).containsExactly("model.safetensors");
    try (Checkpoint in = Checkpoint.open(folder)) {
      assertThat(in.metadata())
          .containsEntry("x", "y")
          .containsEntry("about.a", "is a")
          .containsEntry("format", "pt");
      assertThat(in.totalBytes()).isEqualTo(7);
    }
  }

  @Test
  void groupsStayTogetherWithTheirMetadata() throws IOException {
    CheckpointWriter.Written written =
        CheckpointWriter.write(
            folder,
            List.of(group("a", 3, 3), group("b", 4), group("big", 30, 1), group("c", 2)),
            Map.of(),
            10);
    assertThat(SafetensorsWriterTest.list(folder))
        .containsExactly(
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            "model.safetensors.index.json");
    long onDisk = 0;
    for (String file : written.files()) {
      onDisk += Files.size(folder.resolve(file));
    }
    assertThat(written.fileBytes()).isEqualTo(onDisk);
    JsonNode index = JsonFiles.readObject(folder.resolve(ShardIndex.FILE));
    assertThat(index.at("/metadata/total_size").asLong()).isEqualTo(43);
    assertThat(index.at("/weight_map/b.p0").asText()).isEqualTo(written.files().get(0));
    assertThat(index.at("/weight_map/big.p1").asText()).isEqualTo(written.files().get(1));
    try (SafetensorsFile first = SafetensorsFile.open(folder.resolve(written.files().get(0)));
        SafetensorsFile last = SafetensorsFile.open(folder.resolve(written.files().get(2)))) {
      assertThat(first.tensors().keySet()).containsExactlyInAnyOrder("a.p0", "a.p1", "b.p0");
      assertThat(first.metadata()).containsOnlyKeys("format", "about.a", "about.b");
      assertThat(last.metadata()).containsOnlyKeys("format", "about.c");
    }
    try (Checkpoint in = Checkpoint.open(folder)) {
      assertThat(in.metadata()).containsKeys("about.a", "about.big", "about.c");
      assertThat(in.totalBytes()).isEqualTo(written.tensorBytes()).isEqualTo(43);
    }
  }

  @Property(tries = 100)
  void everyTensorIsInExactlyOneShard(
      @ForAll @Size(max = 12) List<@IntRange(max = 20) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 50) int limit)
      throws IOException {
    Path dir = Files.createTempDirectory("shards");
    try {
      List<TensorGroup> groups =
          IntStream.range(0, sizes.size()).mapToObj(i -> group("g" + i, sizes.get(i))).toList();
      CheckpointWriter.Written written = CheckpointWriter.write(dir, groups, Map.of(), limit);
      List<String> seen = new ArrayList<>();
      for (String file : written.files()) {
        try (SafetensorsFile shard = SafetensorsFile.open(dir.resolve(file))) {
          seen.addAll(shard.tensors().keySet());
          long size = shard.tensors().values().stream().mapToLong(TensorInfo::byteCount).sum();
          assertThat(
                  size <= limit
                      || shard.tensors().values().stream().anyMatch(t -> t.byteCount() > limit))
              .isTrue();
        }
      }
      assertThat(seen)
          .containsExactlyInAnyOrderElementsOf(
              groups.stream().map(g -> g.entries().get(0).name()).toList());
    } finally {
      FileTrees.delete(dir);
    }
  }

  @Test
  void namesAndMetadataMustNotClash() {
    assertThatThrownBy(
            () ->
                CheckpointWriter.write(folder, List.of(group("a", 9), group("a", 9)), Map.of(), 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                CheckpointWriter.write(
                    folder, List.of(group("a", 9)), Map.of("about.a", "other"), 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(SafetensorsWriterTest.list(folder)).isEmpty();
  }
}
