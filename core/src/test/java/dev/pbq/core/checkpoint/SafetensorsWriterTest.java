package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
  @TempDir Path folder;

  private static TensorEntry bytes(String name, DType dtype, int elements) {
    byte[] data = new byte[elements * dtype.bytes()];
    Arrays.fill(data, (byte) name.charAt(0));
    return TensorEntry.ofBytes(name, dtype, new long[] {elements}, data);
  }

  @Test
  void bytesAreThoseOfTheReferenceImplementation() throws IOException {
    Path file = folder.resolve("m.safetensors");
    long size =
        SafetensorsWriter.write(
            file,
            List.of(bytes("a", DType.U8, 3), bytes("c", DType.F32, 1), bytes("b", DType.F32, 1)),
            Map.of());
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"c\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}";
    String padded = header + " ".repeat((8 - header.length() % 8) % 8);
    assertThat(Files.readAllBytes(file))
        .isEqualTo(RawSafetensors.bytes(padded, "bbbbccccaaa".getBytes(StandardCharsets.UTF_8)))
        .hasSize((int) size);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stories260K", "stories260K-fp16", "opt-mini", "wikilm-7m"})
  void copyingARealModelReproducesItsFile(String model) throws IOException {
    Path original = SharedFolder.of("models/" + model).resolve("model.safetensors");
    Path copy = folder.resolve("copy.safetensors");
    try (SafetensorsFile in = SafetensorsFile.open(original)) {
      List<TensorEntry> entries = in.tensors().keySet().stream().sorted().map(in::entryOf).toList();
      SafetensorsWriter.write(copy, entries, in.metadata());
    }
    assertThat(Files.mismatch(original, copy)).isEqualTo(-1);
  }

  @Test
  void floatsAreRoundedToTheirStoredType() {
    float[] values = new float[70_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i) * 3;
    }
    values[69_999] = Float.NaN;
    Path file = folder.resolve("f.safetensors");
    long[] shape = {7, 10_000};
    SafetensorsWriter.write(
        file,
        List.of(
            TensorEntry.ofFloats("f32", DType.F32, shape, values),
            TensorEntry.ofFloats("f16", DType.F16, shape, values),
            TensorEntry.ofFloats("bf16", DType.BF16, shape, values)),
        Map.of());
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      float[] f16 = SafetensorsFileTest.floats(in, "f16");
      float[] bf16 = SafetensorsFileTest.floats(in, "bf16");
      assertThat(SafetensorsFileTest.floats(in, "f32")).isEqualTo(values);
      float[] asF16 = new float[values.length];
      float[] asBf16 = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        asF16[i] = Half.round(values[i]);
        asBf16[i] = Half.bfloatToFloat(Half.bfloatFromFloat(values[i]));
      }
      assertThat(f16).isEqualTo(asF16);
      assertThat(bf16).isEqualTo(asBf16);
    }
  }

  @Provide
  Arbitrary<List<TensorEntry>> tensors() {
    Arbitrary<DType> dtypes = Arbitraries.of(DType.class);
    Arbitrary<long[]> shapes =
        Arbitraries.longs().between(0, 5).array(long[].class).ofMinSize(0).ofMaxSize(4);
    Arbitrary<String> names = Arbitraries.strings().ofMinLength(0).ofMaxLength(12);
    return Combinators.combine(names, dtypes, shapes, Arbitraries.randomValue(r -> r.nextLong()))
        .as(
            (name, dtype, shape, seed) -> {
              long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
              byte[] data = new byte[(int) count * dtype.bytes()];
              new java.util.Random(seed).nextBytes(data);
              return TensorEntry.ofBytes(clean(name), dtype, shape, data);
            })
        .list()
        .ofMaxSize(8)
        .uniqueElements(TensorEntry::name);
  }

  /** Lone surrogates have no UTF-8 form, so no file can hold them. */
  private static String clean(String name) {
    return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  @Property(tries = 200)
  void whatIsWrittenIsReadBack(
      @ForAll("tensors") List<TensorEntry> entries, @ForAll Map<Integer, Integer> extra)
      throws IOException {
    Path dir = Files.createTempDirectory("safetensors");
    Path file = dir.resolve("m.safetensors");
    Map<String, String> metadata = new java.util.HashMap<>();
    extra.forEach((k, v) -> metadata.put("k\n\"" + k, "\u00e4\u0001\\" + v));
    try {
      long size = SafetensorsWriter.write(file, entries, metadata);
      assertThat(Files.size(file)).isEqualTo(size);
      try (SafetensorsFile in = SafetensorsFile.open(file)) {
        assertThat(in.tensors()).hasSameSizeAs(entries);
        assertThat(in.metadata()).containsAllEntriesOf(metadata).containsEntry("format", "pt");
        for (TensorEntry entry : entries) {
          TensorInfo info = in.find(entry.name()).orElseThrow();
          assertThat(info.dtype()).isEqualTo(entry.dtype());
          assertThat(info.shape()).isEqualTo(entry.shape());
          assertThat(info.begin() % entry.dtype().bytes()).isZero();
          assertThat(contents(in.entryOf(entry.name()))).isEqualTo(contents(entry));
        }
      }
      byte[] header = Files.readAllBytes(file);
      assertThat(ByteBuffer.wrap(header).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong() % 8)
          .isZero();
    } finally {
      FileTrees.delete(dir);
    }
  }

  static byte[] contents(TensorEntry entry) {
    ByteBuffer all = ByteBuffer.allocate((int) entry.byteCount());
    try {
      entry.source().writeTo(new Sink(all));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.array();
  }

  private record Sink(ByteBuffer into) implements java.nio.channels.WritableByteChannel {
    @Override
    public int write(ByteBuffer source) {
      int count = source.remaining();
      into.put(source);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void aSourceThatThrowsLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("m.safetensors"), "old");
    TensorEntry good = bytes("a", DType.F32, 1000);
    for (Throwable failure :
        List.of(
            new IOException("No space left on device"),
            new IOException("Disk quota exceeded"),
            new IllegalArgumentException("x"),
            PbqException.numerical("y"),
            new OutOfMemoryError("z"))) {
      TensorEntry bad =
          new TensorEntry(
              "b",
              DType.U8,
              new long[] {1},
              out -> {
                if (failure instanceof IOException e) {
                  throw e;
                } else if (failure instanceof RuntimeException e) {
                  throw e;
                }
                throw (Error) failure;
              });
      var thrown =
          assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(good, bad), Map.of()));
      if (failure instanceof IOException) {
        thrown
            .isInstanceOfSatisfying(
                PbqException.class,
                e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.RESOURCES))
            .hasMessageContainingAll("disk is full", "m.safetensors")
            .hasCause(failure);
      } else {
        thrown.isSameAs(failure);
      }
      assertThat(list(folder)).containsExactly("m.safetensors");
      assertThat(file).hasContent("old");
    }
  }

  @Test
  void aSourceMustDeliverWhatItDeclares() {
    for (int delivered : new int[] {0, 3, 5}) {
      TensorEntry entry =
          new TensorEntry(
              "t",
              DType.F32,
              new long[] {1},
              out -> out.write(ByteBuffer.wrap(new byte[delivered])));
      assertThatThrownBy(
              () ->
                  SafetensorsWriter.write(
                      folder.resolve("m.safetensors"), List.of(entry), Map.of()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll("t F32[1]", "4 bytes", "delivers " + delivered);
    }
    assertThat(list(folder)).isEmpty();
  }

  @Test
  void namesMustDiffer() {
    List<TensorEntry> twice = List.of(bytes("a", DType.U8, 1), bytes("a", DType.F32, 1));
    assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("m"), twice, Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    folder.resolve("m"), List.of(bytes("__metadata__", DType.U8, 1)), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMissingFolderIsNamed() {
    Path file = folder.resolve("nowhere").resolve("m.safetensors");
    assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(), Map.of()))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NOT_FOUND))
        .hasMessageContaining(file.toString());
  }

  @Test
  void entriesCheckTheirShape() {
    assertThatThrownBy(() -> TensorEntry.ofBytes("t", DType.F16, new long[] {2}, new byte[3]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TensorEntry.ofFloats("t", DType.I8, new long[] {1}, new float[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TensorEntry.ofFloats("t", DType.F16, new long[] {2}, new float[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TensorEntry.ofBytes("t", DType.F16, new long[] {-1}, new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  static List<String> list(Path folder) {
    try (Stream<Path> list = Files.list(folder)) {
      return new ArrayList<>(list.map(p -> p.getFileName().toString()).sorted().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
