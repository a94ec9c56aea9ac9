package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A reader of GGUF files written from the description of the format, for the tests alone: a whole
 * file in memory, every weight looked up by its position.
 */
final class GgufFile {
  final Map<String, Object> keys = new LinkedHashMap<>();
  final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final ByteBuffer file;
  private final int dataStart;

  /** An entry of the header; {@code dims} innermost first. */
  record Tensor(long[] dims, int type, long offset) {
    int elements() {
      long n = 1;
      for (long d : dims) {
        n *= d;
      }
      return Math.toIntExact(n);
    }
  }

  GgufFile(Path path) throws IOException {
    file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[4];
    file.get(magic);
    require(new String(magic, StandardCharsets.US_ASCII).equals("GGUF"), "magic");
    require(file.getInt() == 3, "version");
    long tensorCount = file.getLong();
    long keyCount = file.getLong();
    for (long i = 0; i < keyCount; i++) {
      String key = text();
      require(keys.put(key, value(file.getInt())) == null, "key " + key + " twice");
    }
    for (long i = 0; i < tensorCount; i++) {
      String name = text();
      long[] dims = new long[file.getInt()];
      for (int d = 0; d < dims.length; d++) {
        dims[d] = file.getLong();
      }
      tensors.put(name, new Tensor(dims, file.getInt(), file.getLong()));
    }
    dataStart = (file.position() + 31) / 32 * 32;
    requireLayout();
  }

  /** What the command writes to {@code file}. */
  static GgufFile export(Object model, Path file, Object... more) throws IOException {
    Files.deleteIfExists(file);
    List<Object> args = new ArrayList<>(List.of("export", model, "--format", "gguf"));
    args.addAll(List.of("--out", file));
    args.addAll(List.of(more));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return new GgufFile(file);
  }

  /** Every tensor starts at a multiple of 32, where the one before has ended; none overlap. */
  private void requireLayout() {
    long end = 0;
    for (Tensor t : tensors.values()) {
      require(t.offset == (end + 31) / 32 * 32, "offset " + t.offset + " after " + end);
      end = t.offset + (long) t.elements() / perBlock(t.type) * blockBytes(t.type);
    }
    require(dataStart + (end + 31) / 32 * 32 == file.capacity(), "length of the file");
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("GGUF: " + what);
    }
  }

  private String text() {
    byte[] bytes = new byte[Math.toIntExact(file.getLong())];
    file.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private Object value(int type) {
    return switch (type) {
      case 4, 5 -> file.getInt();
      case 6 -> file.getFloat();
      case 7 -> file.get() == 1;
      case 8 -> text();
      case 9 -> list();
      default -> throw new AssertionError("GGUF: value of type " + type);
    };
  }

  private List<Object> list() {
    int type = file.getInt();
    long n = file.getLong();
    List<Object> list = new ArrayList<>();
    while (n-- > 0) {
      list.add(value(type));
    }
    return list;
  }

  private static int perBlock(int type) {
    return switch (type) {
      case 0, 1, 30 -> 1;
      case 2, 3, 8 -> 32;
      case 42 -> 64;
      case 41 -> 128;
      case 35 -> 256;
      default -> throw new AssertionError("GGUF: tensor of type " + type);
    };
  }

  private static int blockBytes(int type) {
    return switch (type) {
      case 0 -> 4;
      case 1, 30 -> 2;
      case 2, 41, 42 -> 18;
      case 3 -> 20;
      case 8 -> 34;
      default -> 66;
    };
  }

  /** All weights of a tensor, row by row. */
  float[] weights(String name) {
    Tensor t = tensors.get(name);
    float[] w = new float[t.elements()];
    for (int i = 0; i < w.length; i++) {
      long block = dataStart + t.offset + (long) (i / perBlock(t.type)) * blockBytes(t.type);
      w[i] = weight(t.type, (int) block, i % perBlock(t.type));
    }
    return w;
  }

  private float weight(int type, int at, int j) {
    return switch (type) {
      case 0 -> file.getFloat(at);
      case 1 -> half(at);
      case 30 -> Float.intBitsToFloat(file.getShort(at) << 16);
      case 2 -> half(at) * (bits(at + 2 + j % 16, j / 16 * 4, 4) - 8);
      case 3 -> half(at) * bits(at + 4 + j % 16, j / 16 * 4, 4) + half(at + 2);
      case 8 -> half(at) * file.get(at + 2 + j);
      case 35 -> half(at + 64) * (bits(at + j / 128 * 32 + j % 32, j % 128 / 32 * 2, 2) - 1);
      case 41 -> half(at) * (2 * bits(at + 2 + j / 8, j % 8, 1) - 1);
      default -> half(at) * (bits(at + 2 + j / 4, j % 4 * 2, 2) - 1);
    };
  }

  private int bits(int at, int shift, int count) {
    return (file.get(at) & 0xff) >> shift & ((1 << count) - 1);
  }

  /** IEEE 754 binary16, by its definition. */
  private float half(int at) {
    int h = file.getShort(at) & 0xffff;
    int exponent = h >> 10 & 31;
    int fraction = h & 1023;
    float magnitude =
        exponent == 0
            ? fraction * 0x1p-24f
            : Float.intBitsToFloat((exponent + 112) << 23 | fraction << 13);
    return h >> 15 == 1 ? -magnitude : magnitude;
  }
}
