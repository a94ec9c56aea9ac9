package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("x.safetensors");
  }

  @Test
  void readsFloatsOfEveryFloatingType() {
    String header =
        "{\"d\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
            + "\"f\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]},"
            + "\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[24,28]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[28,32]}}  ";
    ByteBuffer data = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    data.putDouble(0.1).putDouble(-2).putFloat(0.1f).putFloat(Float.NaN);
    data.putShort((short) 0x3c01).putShort((short) 0xfc00);
    data.putShort((short) 0x3f81).putShort((short) 0x8000);
    try (SafetensorsFile in =
        SafetensorsFile.open(RawSafetensors.write(file(), header, data.array()))) {
      assertThat(in.tensors().keySet()).containsExactly("d", "f", "h", "b");
      assertThat(floats(in, "d")).containsExactly(0.1f, -2f);
      assertThat(floats(in, "f")).containsExactly(0.1f, Float.NaN);
      assertThat(floats(in, "h")).containsExactly(1 + 0x1p-10f, Float.NEGATIVE_INFINITY);
      assertThat(floats(in, "b")).containsExactly(1 + 0x1p-7f, -0f);
      assertThat(in.find("b")).contains(new TensorInfo("b", DType.BF16, new long[] {2}, 28, 32));
      assertThat(in.bytes("f", 4, 4).getFloat()).isNaN();
      assertThat(in.bytes("f", 0, 4).isReadOnly()).isTrue();
    }
  }

  @Test
  void integersAreReadAsBytesOnly() {
    String header = "{\"i\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}";
    Path path = RawSafetensors.write(file(), header, RawSafetensors.littleEndian(8, -7));
    try (SafetensorsFile in = SafetensorsFile.open(path)) {
      assertThat(in.bytes("i", 0, 8).getLong()).isEqualTo(-7);
      assertBadData(() -> floats(in, "i"), path.toString(), "tensor i", "I64");
    }
  }

  @Test
  void emptyTensorsAndScalarsAreLegal() {
    String header =
        "{\"__metadata__\":{\"k\":\"v\"},\"e\":{\"dtype\":\"F16\",\"shape\":[0,3],"
            + "\"data_offsets\":[0,0]},\"s\":{\"dtype\":\"F32\",\"shape\":[],"
            + "\"data_offsets\":[0,4]}}";
    try (SafetensorsFile in =
        SafetensorsFile.open(RawSafetensors.write(file(), header, new byte[4]))) {
      assertThat(in.metadata()).containsEntry("k", "v");
      assertThat(floats(in, "e")).isEmpty();
      assertThat(floats(in, "s")).containsExactly(0);
      assertThat(in.tensors().get("s").elementCount()).isEqualTo(1);
    }
    try (SafetensorsFile in =
        SafetensorsFile.open(RawSafetensors.write(file(), "{}", new byte[0]))) {
      assertThat(in.tensors()).isEmpty();
    }
  }

  @Test
  void readsRangesAcrossChunksIntoHeapAndDirectBuffers() {
    int count = 300_001;
    Random random = new Random(5);
    ByteBuffer data = ByteBuffer.allocate(count * 2).order(ByteOrder.LITTLE_ENDIAN);
    float[] expected = new float[count];
    for (int i = 0; i < count; i++) {
      short bits = (short) (random.nextInt() & 0xbfff);
      data.putShort(bits);
      expected[i] = dev.pbq.core.tensor.Half.toFloat(bits);
    }
    String header = "{\"h\":{\"dtype\":\"F16\",\"shape\":[300001],\"data_offsets\":[0,600002]}}";
    try (SafetensorsFile in =
        SafetensorsFile.open(RawSafetensors.write(file(), header, data.array()))) {
      TensorInfo info = in.find("h").orElseThrow();
      float[] heap = new float[count + 2];
      FloatBuffer into = FloatBuffer.wrap(heap, 1, count).slice();
      in.readFloats(info, 0, count, into);
      assertThat(into.hasRemaining()).isFalse();
      assertThat(heap[0]).isZero();
      assertThat(java.util.Arrays.copyOfRange(heap, 1, count + 1)).isEqualTo(expected);

      FloatBuffer direct = ByteBuffer.allocateDirect(280_000 * 4).asFloatBuffer();
      in.readFloats(info, 20_001, 280_000, direct);
      float[] tail = new float[280_000];
      direct.flip().get(tail);
      assertThat(tail).isEqualTo(java.util.Arrays.copyOfRange(expected, 20_001, count));

      assertThatThrownBy(() -> in.readFloats(info, 1, count, FloatBuffer.allocate(count)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> in.readFloats(info, 0, 2, FloatBuffer.allocate(1)))
          .isInstanceOf(BufferOverflowException.class);
      assertThatThrownBy(() -> in.bytes("h", 600_000, 3))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void tensorsAbove2GbAreReadThroughOffsets() throws IOException {
    long elements = 3L << 29;
    String header =
        "{\"big\":{\"dtype\":\"BF16\",\"shape\":[3,536870912],\"data_offsets\":[0,"
            + elements * 2
            + "]},\"z\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":["
            + elements * 2
            + ","
            + (elements * 2 + 2)
            + "]}}";
    RawSafetensors.write(file(), header, new byte[0]);
    // A sparse file: only the last block takes space.
    try (RandomAccessFile raw = new RandomAccessFile(file().toFile(), "rw")) {
      long start = raw.length();
      raw.setLength(start + elements * 2 + 2);
      raw.seek(start + elements * 2 - 2);
      raw.write(new byte[] {(byte) 0x80, 0x3f, 0, 0x40});
    }
    try (SafetensorsFile in = SafetensorsFile.open(file())) {
      TensorInfo big = in.find("big").orElseThrow();
      assertThat(big.elementCount()).isEqualTo(elements);
      FloatBuffer last = FloatBuffer.allocate(3);
      in.readFloats(big, elements - 3, 3, last);
      assertThat(last.array()).containsExactly(0, 0, 1);
      assertThat(floats(in, "z")).containsExactly(2);
      assertThat(in.bytes("big", elements * 2 - 2, 2).getShort()).isEqualTo((short) 0x3f80);
    }
  }

  @Test
  void realModelsReadTheSameInBothPrecisions() {
    Path single = SharedFolder.of("models/stories260K").resolve("model.safetensors");
    Path half = SharedFolder.of("models/stories260K-fp16").resolve("model.safetensors");
    try (SafetensorsFile a = SafetensorsFile.open(single);
        SafetensorsFile b = SafetensorsFile.open(half)) {
      assertThat(a.tensors().keySet()).isEqualTo(b.tensors().keySet()).hasSize(47);
      assertThat(a.tensors().values().stream().mapToLong(TensorInfo::elementCount).sum())
          .isEqualTo(260_032);
      for (String name : a.tensors().keySet()) {
        float[] exact = floats(a, name);
        for (int i = 0; i < exact.length; i++) {
          exact[i] = dev.pbq.core.tensor.Half.round(exact[i]);
        }
        assertThat(floats(b, name)).as(name).isEqualTo(exact);
      }
    }
  }

  @Test
  void interruptedThreadsFinishTheirReadsAndDisturbNobody() throws Exception {
    int count = 1 << 20;
    String header = "{\"f\":{\"dtype\":\"F32\",\"shape\":[1048576],\"data_offsets\":[0,4194304]}}";
    ByteBuffer data = ByteBuffer.allocate(count * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putFloat(i);
    }
    RawSafetensors.write(file(), header, data.array());
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try (SafetensorsFile in = SafetensorsFile.open(file())) {
      float[] expected = floats(in, "f");
      List<Future<?>> jobs = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        boolean interrupted = i % 3 == 0;
        jobs.add(
            pool.submit(
                () -> {
                  if (interrupted) {
                    Thread.currentThread().interrupt();
                  }
                  assertThat(floats(in, "f")).isEqualTo(expected);
                  assertThat(Thread.interrupted()).isEqualTo(interrupted);
                }));
      }
      for (Future<?> job : jobs) {
        job.get();
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void useAfterCloseIsADefect() {
    RawSafetensors.write(
        file(), "{\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", new byte[4]);
    SafetensorsFile in = SafetensorsFile.open(file());
    in.close();
    assertThatThrownBy(() -> floats(in, "s")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFileThatShrinksIsReported() throws IOException {
    RawSafetensors.write(
        file(), "{\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", new byte[4]);
    try (SafetensorsFile in = SafetensorsFile.open(file())) {
      try (RandomAccessFile raw = new RandomAccessFile(file().toFile(), "rw")) {
        raw.setLength(raw.length() - 2);
      }
      assertBadData(() -> floats(in, "s"), "became shorter");
    }
  }

  @Test
  void missingFilesFoldersAndStrangersAreNamed() throws IOException {
    assertThatThrownBy(() -> SafetensorsFile.open(file()))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NOT_FOUND))
        .hasMessageContaining("x.safetensors");
    assertBadData(() -> SafetensorsFile.open(folder), "is not a file");
    Files.writeString(
        file(), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
    assertBadData(() -> SafetensorsFile.open(file()), "x.safetensors", "Git LFS pointer");
    Files.write(file(), new byte[] {1, 2, 3});
    assertBadData(() -> SafetensorsFile.open(file()), "truncated");
    Files.write(
        file(), "PK\3\4 a zip archive, as old checkpoints".getBytes(StandardCharsets.UTF_8));
    assertBadData(() -> SafetensorsFile.open(file()), "not a safetensors file");
  }

  static float[] floats(SafetensorsFile in, String name) {
    TensorInfo info = in.find(name).orElseThrow();
    FloatBuffer values = FloatBuffer.allocate((int) info.elementCount());
    in.readFloats(info, 0, info.elementCount(), values);
    return values.array();
  }

  static void assertBadData(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContainingAll(parts)
        .hasMessageNotContainingAny("\n", "\r", "\u001b");
  }
}
