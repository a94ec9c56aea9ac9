package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final Map<String, String> HEAD_OF = Architectures.tiedWeights();

  @TempDir Path folder;

  private static TensorEntry matrix(String name, int rows, int cols) {
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return TensorEntry.ofFloats(name, DType.F32, new long[] {rows, cols}, values);
  }

  private void writeSingle(TensorEntry... entries) {
    SafetensorsWriter.write(folder.resolve("model.safetensors"), List.of(entries), Map.of());
  }

  @Test
  void readsRows() {
    writeSingle(
        matrix("model.layers.0.w.weight", 4, 3),
        TensorEntry.ofFloats("v", DType.F16, new long[] {3}, new float[] {1, 2, 3}),
        TensorEntry.ofFloats("s", DType.F32, new long[0], new float[] {7}),
        TensorEntry.ofFloats("e", DType.F32, new long[] {0, 5}, new float[0]));
    try (Checkpoint in = Checkpoint.open(folder)) {
      FloatBuffer two = FloatBuffer.allocate(7).position(1);
      in.readRows("model.layers.0.w.weight", 2, 2, two);
      assertThat(two.position()).isEqualTo(7);
      assertThat(two.array()).containsExactly(0, 6, 7, 8, 9, 10, 11);
      assertThat(in.readMatrix("model.layers.0.w.weight"))
          .isEqualTo(new FloatMatrix(4, 3, new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
      assertThat(in.read("v")).containsExactly(1, 2, 3);
      assertThat(in.read("s")).containsExactly(7);
      assertThat(in.read("e")).isEmpty();
      assertThat(in.shape("s")).isEmpty();
      assertThatThrownBy(() -> in.readRows("v", 2, 2, FloatBuffer.allocate(4)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> in.readMatrix("v"))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("tensor v");
      assertNotFound(() -> in.read("w"), "no tensor w", folder.toString());
    }
  }

  @Test
  void theModelPrefixIsOptionalEitherWay() {
    writeSingle(matrix("decoder.layers.0.fc1.weight", 2, 2), matrix("model.norm.weight", 1, 2));
    try (Checkpoint in = Checkpoint.open(folder)) {
      assertThat(in.contains("model.decoder.layers.0.fc1.weight")).isTrue();
      assertThat(in.contains("decoder.layers.0.fc1.weight")).isTrue();
      assertThat(in.contains("norm.weight")).isTrue();
      assertThat(in.contains("model.model.norm.weight")).isTrue();
      assertThat(in.contains("lm_head.weight")).isFalse();
      assertThat(in.shape("model.decoder.layers.0.fc1.weight")).containsExactly(2, 2);
      assertThat(in.read("model.decoder.layers.0.fc1.weight")).hasSize(4);
      assertThat(in.entryOf("norm.weight").name()).isEqualTo("model.norm.weight");
      assertThat(in.info("model.decoder.layers.0.fc1.weight").name())
          .isEqualTo("decoder.layers.0.fc1.weight");
    }
  }

  @Test
  void namesComeLayerByLayer() {
    List<TensorEntry> entries = new ArrayList<>();
    for (int i : new int[] {10, 2, 0}) {
      entries.add(matrix("model.layers." + i + ".b", 1, 1));
    }
    writeSingle(entries.toArray(TensorEntry[]::new));
    try (Checkpoint in = Checkpoint.open(folder)) {
      assertThat(in.names())
          .containsExactly("model.layers.0.b", "model.layers.2.b", "model.layers.10.b");
    }
  }

  @Test
  void shardedAndSingleGiveTheSame() throws IOException {
    Path source = SharedFolder.of("models/stories-3m");
    try (Checkpoint single = Checkpoint.open(source)) {
      List<TensorGroup> groups =
          single.names().stream().map(name -> TensorGroup.of(single.entryOf(name))).toList();
      CheckpointWriter.Written written =
          CheckpointWriter.write(folder, groups, Map.of(), ShardSize.parse("1MB"));
      assertThat(written.files()).hasSizeBetween(7, 9);
      try (Checkpoint sharded = Checkpoint.open(folder)) {
        assertThat(sharded.names()).isEqualTo(single.names());
        assertThat(sharded.totalBytes()).isEqualTo(single.totalBytes());
        for (String name : single.names()) {
          assertThat(sharded.read(name)).isEqualTo(single.read(name));
          assertThat(SafetensorsWriterTest.contents(sharded.entryOf(name)))
              .isEqualTo(SafetensorsWriterTest.contents(single.entryOf(name)));
        }
      }
    }
  }

  @Test
  void manyThreadsReadAtOnce() {
    Path source = SharedFolder.of("models/stories260K");
    try (Checkpoint in = Checkpoint.open(source)) {
      List<float[]> expected = in.names().stream().map(in::read).toList();
      IntStream.range(0, 400)
          .parallel()
          .forEach(
              i -> {
                int k = i % expected.size();
                assertThat(in.read(in.names().get(k))).isEqualTo(expected.get(k));
              });
    }
  }

  @Test
  void aMissingShardIsNamed() throws IOException {
    CheckpointWriter.write(
        folder,
        List.of(TensorGroup.of(matrix("a", 1, 1)), TensorGroup.of(matrix("b", 1, 1))),
        Map.of(),
        4);
    Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
    assertNotFound(
        () -> Checkpoint.open(folder), "model-00002-of-00002.safetensors", folder.toString());
  }

  @Test
  void anIndexThatLiesIsRefused() throws IOException {
    writeSingle(matrix("a", 1, 1));
    Files.move(folder.resolve("model.safetensors"), folder.resolve("s.safetensors"));
    index("{\"weight_map\":{\"a\":\"s.safetensors\",\"b\":\"s.safetensors\"}}");
    SafetensorsFileTest.assertBadData(
        () -> Checkpoint.open(folder), "s.safetensors", "tensor b", "index");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.safetensors",
        "/tmp/x.safetensors",
        "sub/x.safetensors",
        "..\\\\x.safetensors",
        "C:x.safetensors",
        "..safetensors",
        ".safetensors",
        "x.bin",
        "",
        "x\\u0000.safetensors"
      })
  void anIndexCannotLeaveItsFolder(String shard) throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    SafetensorsWriter.write(folder.resolve("x.safetensors"), List.of(matrix("a", 1, 1)), Map.of());
    Files.writeString(inner.resolve(ShardIndex.FILE), "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
    SafetensorsFileTest.assertBadData(
        () -> Checkpoint.open(inner), "tensor a", "same folder", ShardIndex.FILE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"weight_map\":[]}",
        "{\"weight_map\":{}}",
        "{\"weight_map\":{\"a\":1}}",
        "{\"weight_map\":{\"a\":\"s.safetensors\"",
        "{\"weight_map\":{\"a\":\"s\",\"a\":\"s\"}}"
      })
  void aMalformedIndexIsRefused(String json) throws IOException {
    index(json);
    SafetensorsFileTest.assertBadData(() -> Checkpoint.open(folder), ShardIndex.FILE);
  }

  private void index(String json) throws IOException {
    Files.writeString(folder.resolve(ShardIndex.FILE), json);
  }

  @Test
  void otherFormatsAreNamed() throws IOException {
    SafetensorsFileTest.assertBadData(() -> Checkpoint.open(folder), folder.toString(), "neither");
    Files.createFile(folder.resolve("pytorch_model.bin"));
    SafetensorsFileTest.assertBadData(
        () -> Checkpoint.open(folder), "only pytorch_model.bin", "safetensors");
    Files.delete(folder.resolve("pytorch_model.bin"));
    Files.createFile(folder.resolve("opt.Q4.gguf"));
    SafetensorsFileTest.assertBadData(() -> Checkpoint.open(folder), "only opt.Q4.gguf");
  }

  @Test
  void tiedHeadsAreStoredOnce() throws IOException {
    writeSingle(
        matrix("model.embed_tokens.weight", 3, 2),
        matrix("lm_head.weight", 3, 2),
        matrix("model.norm.weight", 1, 2));
    try (Checkpoint in = Checkpoint.open(folder)) {
      assertThat(TiedWeights.storedOnce(in, true, HEAD_OF))
          .containsExactly("model.embed_tokens.weight", "model.norm.weight");
      assertThat(TiedWeights.storedOnce(in, false, HEAD_OF)).hasSize(3);
    }
    writeSingle(
        matrix("decoder.embed_tokens.weight", 2, 1),
        TensorEntry.ofFloats("lm_head.weight", DType.F32, new long[] {2, 1}, new float[] {0, 5}));
    try (Checkpoint in = Checkpoint.open(folder)) {
      assertThat(TiedWeights.storedOnce(in, true, HEAD_OF)).hasSize(2);
    }
  }

  static void assertNotFound(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NOT_FOUND))
        .hasMessageContainingAll(parts)
        .hasMessageNotContainingAny("\n");
  }
}
