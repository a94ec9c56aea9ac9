package dev.pbq.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TinyModelTest {
  private static final Set<String> FILES =
      Set.of(
          "config.json",
          "generation_config.json",
          "model.safetensors",
          "tokenizer.json",
          "tokenizer_config.json");

  @TempDir private Path cache;

  @Test
  void unpacksOnce() throws IOException {
    Path folder = TinyModel.unpack(cache.resolve("not/there/yet"));
    assertThat(names(folder)).isEqualTo(FILES);
    FileTime past = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(folder.resolve("config.json"), past);
    assertThat(TinyModel.unpack(cache.resolve("not/there/yet"))).isEqualTo(folder);
    assertThat(Files.getLastModifiedTime(folder.resolve("config.json"))).isEqualTo(past);
    assertThat(names(folder.getParent())).containsExactly(folder.getFileName().toString());
  }

  @Test
  void repairsAFolderThatLostAFile() throws IOException {
    Path folder = TinyModel.unpack(cache);
    long size = Files.size(folder.resolve("model.safetensors"));
    Files.delete(folder.resolve("tokenizer.json"));
    Files.write(folder.resolve("model.safetensors"), new byte[10]);
    assertThat(TinyModel.unpack(cache)).isEqualTo(folder);
    assertThat(names(folder)).isEqualTo(FILES);
    assertThat(folder.resolve("model.safetensors")).hasSize(size);
    assertThat(names(cache)).containsExactly(folder.getFileName().toString());
  }

  @Test
  void manyMayUnpackAtOnce() throws InterruptedException, ExecutionException, IOException {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Future<Path>> results = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        results.add(pool.submit(() -> TinyModel.unpack(cache)));
      }
      Set<Path> folders = new HashSet<>();
      for (Future<Path> result : results) {
        folders.add(result.get());
      }
      assertThat(folders).hasSize(1);
      assertThat(names(folders.iterator().next())).isEqualTo(FILES);
      assertThat(names(cache)).hasSize(1);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(cache.resolve("file"), "in the way");
    assertThatExceptionOfType(PbqException.class)
        .isThrownBy(() -> TinyModel.unpack(file))
        .withMessageContaining(file.toString())
        .satisfies(e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.RESOURCES));
  }

  @Test
  void theCacheFollowsTheEnvironment() {
    assertThat(TinyModel.cacheDir(Map.of("PBQ_CACHE", "/a", "XDG_CACHE_HOME", "/b"), "/home/x"))
        .isEqualTo(Path.of("/a"));
    assertThat(TinyModel.cacheDir(Map.of("XDG_CACHE_HOME", "/b"), "/home/x"))
        .isEqualTo(Path.of("/b/pbq"));
    assertThat(TinyModel.cacheDir(Map.of("PBQ_CACHE", ""), "/home/x"))
        .isEqualTo(Path.of("/home/x/.cache/pbq"));
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      Set<String> names = new HashSet<>();
      files.forEach(f -> names.add(f.getFileName().toString()));
      return names;
    }
  }
}
