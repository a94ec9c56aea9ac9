package dev.pbq.export.gguf.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Headers of GGUF files: what is sound is read, what is not ends in one line. */
class GgufFileTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("model.gguf");
  }

  private static GgufBytes sound() {
    return new GgufBytes()
        .put("a.text", "word")
        .put("a.count", 7)
        .put("a.small", 1e-5f)
        .put("a.flag", true)
        .put("a.texts", List.of("x", "y"))
        .put("a.numbers", 0.5f, 2)
        .floats("vector", new float[] {1, 2, 3}, 3)
        .floats("matrix", new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
  }

  private void refused(byte[] bytes, String message) throws IOException {
    Files.write(file, bytes);
    assertThatThrownBy(() -> GgufFile.open(file).close())
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void keysAndTensorsAreRead() throws IOException {
    sound().write(file);
    assertThat(GgufFile.isGguf(file)).isTrue();
    try (GgufFile read = GgufFile.open(file)) {
      GgufMetadata keys = read.metadata();
      assertThat(keys.text("a.text")).contains("word");
      assertThat(keys.count("a.count")).hasValue(7);
      assertThat(keys.number("a.small")).hasValue(1e-5);
      assertThat(keys.flag("a.flag")).contains(true);
      assertThat(keys.texts("a.texts")).containsExactly("x", "y");
      assertThat(keys.numbers("a.numbers")).containsExactly(0.5f, 2f);
      GgufTensor matrix = read.tensors().get("matrix");
      assertThat(matrix.rows()).isEqualTo(3);
      assertThat(matrix.cols()).isEqualTo(2);
      float[] rows = new float[4];
      read.readRows(matrix, 1, 2, rows);
      assertThat(rows).containsExactly(3, 4, 5, 6);
      assertThatThrownBy(() -> keys.count("a.text"))
          .hasMessage(file + ": key a.text is not a positive integer");
    }
  }

  @Test
  void aFileThatEndsAnywhereEndsInOneLine() throws IOException {
    byte[] whole = sound().bytes();
    for (int length = 4; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      Throwable failure = catchThrowable(() -> GgufFile.open(file).close());
      assertThat(failure).as("%d bytes", length).isInstanceOf(PbqException.class);
      assertThat(failure.getMessage()).startsWith(file.toString()).doesNotContain("\n");
    }
  }

  @Test
  void anyDamagedByteEndsInOneLineOrNone() throws IOException {
    byte[] whole = sound().bytes();
    for (int i = 0; i < whole.length; i++) {
      for (int value : new int[] {0, 1, 9, 127, 128, 255}) {
        byte[] damaged = whole.clone();
        damaged[i] = (byte) value;
        Files.write(file, damaged);
        Throwable failure = catchThrowable(() -> GgufFile.open(file).close());
        if (failure != null) {
          assertThat(failure).isInstanceOf(PbqException.class);
        }
      }
    }
  }

  @Test
  void lengthsThatLieAreRefusedBeforeAnythingIsAllocated() throws IOException {
    refused(
        new GgufBytes().array("k", 8, 1L << 60).bytes(),
        "the count of key k is 1152921504606846976, more than the file holds");
    refused(new GgufBytes().array("k", 0, -1).bytes(), "the count of key k is");
    refused(new GgufBytes().bytes(3, 1L << 40, 0), "the number of tensors is 1099511627776");
    refused(new GgufBytes().bytes(3, 0, 1L << 40), "the number of keys is 1099511627776");
    refused(
        new GgufBytes().entry("t", 0, 0, 1L << 30, 1L << 30, 1L << 30).bytes(),
        "tensor t is too large");
    refused(new GgufBytes().entry("t", 0, 0, 1000, 1000).bytes(), "tensor t ends beyond the file");
    refused(
        new GgufBytes().entry("t", 0, Long.MAX_VALUE - 8, 4).bytes(),
        "tensor t ends beyond the file");
    refused(new GgufBytes().entry("t", 0, 0, 0).bytes(), "cannot have the shape [0]");
    refused(new GgufBytes().entry("t", 2, 0, 33).bytes(), "type Q4_0 cannot have the shape [33]");
    refused(new GgufBytes().array("k", 9, 1).bytes(), "key k is an array of arrays");
  }

  @Test
  void kindsThatAreNotReadAreNamed() throws IOException {
    refused(new GgufBytes().entry("t", 16, 0, 256).bytes(), "tensor t has type IQ2_XXS; pbq reads");
    refused(
        new GgufBytes().entry("t", 777, 0, 256).bytes(), "tensor t has the unknown type 777; pbq");
    refused(new GgufBytes().bytes(1, 0, 0), "GGUF version 1; pbq reads 2 and 3");
    refused(new GgufBytes().bytes(3 << 24, 0, 0), "a big-endian GGUF file");
    refused(
        new GgufBytes().put("split.count", 3).bytes(),
        "one of 3 files that a model was split into");
    refused(
        new GgufBytes().floats("t", new float[1], 1).floats("t", new float[1], 1).bytes(),
        "tensor t occurs twice");
    refused(new GgufBytes().put("k", 1).put("k", 2).bytes(), "key k occurs twice");
    assertThat(GgufFile.isGguf(folder)).isFalse();
  }
}
