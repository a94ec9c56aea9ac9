package dev.pbq.core.checkpoint;

import dev.pbq.core.model.Architectures;
import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.HostileInputs;
import dev.pbq.core.testkit.Mutations;
import dev.pbq.core.testkit.SyntheticModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model folders made at random: what {@link HostileInputs} promises. */
class WeightsFuzzTest {
  @TempDir private Path scratch;
  @TempDir private Path model;

  private static void readAll(Path folder) {
    try (Checkpoint weights = Checkpoint.open(folder)) {
      for (String name : weights.names()) {
        TensorInfo tensor = weights.info(name);
        weights.bytes(name, 0, (int) Math.min(64, tensor.byteCount()));
      }
    }
  }

  @Test
  void safetensors() throws Exception {
    SyntheticModel.llama(model, 1, 3);
    Map<String, byte[]> files = Fuzz.files(model);
    String weights = WeightFiles.DENSE.single();
    Fuzz.run(
        "safetensors",
        scratch,
        Fuzz.oneOf(files, Map.of(weights, Mutations::safetensors)),
        WeightsFuzzTest::readAll);
  }

  @Test
  void index() throws Exception {
    SyntheticModel.llama(model, 1, 3);
    Map<String, byte[]> files = Fuzz.files(model);
    try (Checkpoint weights = Checkpoint.open(model)) {
      String map =
          weights.names().stream()
              .map(name -> "\"" + name + "\":\"model-00001-of-00001.safetensors\"")
              .reduce((a, b) -> a + "," + b)
              .orElseThrow();
      String index = "{\"metadata\":{\"total_size\":1},\"weight_map\":{" + map + "}}";
      files.put(WeightFiles.DENSE.index(), index.getBytes(StandardCharsets.UTF_8));
    }
    byte[] shard = files.remove(WeightFiles.DENSE.single());
    files.put("model-00001-of-00001.safetensors", shard);
    Fuzz.run(
        "index",
        scratch,
        Fuzz.oneOf(files, Map.of(WeightFiles.DENSE.index(), Mutations::json)),
        WeightsFuzzTest::readAll);
  }

  /** Configurations of all families among the test resources. */
  @Test
  void config() throws Exception {
    List<byte[]> configs;
    try (Stream<Path> list = Files.walk(Path.of("src/test/resources/architectures"))) {
      configs =
          list.filter(file -> file.endsWith(ModelFolder.CONFIG))
              .sorted()
              .map(WeightsFuzzTest::bytes)
              .toList();
    }
    Fuzz.run(
        "config",
        scratch,
        random -> {
          byte[] config = configs.get(random.nextInt(configs.size()));
          return new TreeMap<>(Map.of(ModelFolder.CONFIG, Mutations.json(config, random)));
        },
        folder ->
            Architectures.any(ModelFolder.open(folder).config(), ModelFolder.CONFIG).layout());
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
