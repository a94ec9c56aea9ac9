package dev.pbq.export.gguf.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** GGUF files put together for tests, sound or not. */
public final class GgufBytes {
  private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
  private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private long keyCount;
  private long tensorCount;

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void u32(ByteArrayOutputStream out, long value) {
    out.writeBytes(little(4).putInt((int) value).array());
  }

  private static void u64(ByteArrayOutputStream out, long value) {
    out.writeBytes(little(8).putLong(value).array());
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    u64(out, bytes.length);
    out.writeBytes(bytes);
  }

  private GgufBytes key(String name, int type) {
    keyCount++;
    string(keys, name);
    u32(keys, type);
    return this;
  }

  /** A text. */
  public GgufBytes put(String name, String value) {
    key(name, 8);
    string(keys, value);
    return this;
  }

  /** An unsigned integer of 32 bits. */
  public GgufBytes put(String name, int value) {
    key(name, 4);
    u32(keys, value);
    return this;
  }

  /** A float32. */
  public GgufBytes put(String name, float value) {
    key(name, 6);
    u32(keys, Float.floatToIntBits(value));
    return this;
  }

  /** A flag. */
  public GgufBytes put(String name, boolean value) {
    key(name, 7);
    keys.write(value ? 1 : 0);
    return this;
  }

  /** A list of texts. */
  public GgufBytes put(String name, List<String> values) {
    array(name, 8, values.size());
    values.forEach(value -> string(keys, value));
    return this;
  }

  /** A list of integers. */
  public GgufBytes put(String name, int... values) {
    array(name, 5, values.length);
    for (int value : values) {
      u32(keys, value);
    }
    return this;
  }

  /** A list of numbers. */
  public GgufBytes put(String name, float... values) {
    array(name, 6, values.length);
    for (float value : values) {
      u32(keys, Float.floatToIntBits(value));
    }
    return this;
  }

  /** The head of a list, which need not be true. */
  public GgufBytes array(String name, int type, long count) {
    key(name, 9);
    u32(keys, type);
    u64(keys, count);
    return this;
  }

  /**
   * An entry of a tensor and, behind the others, its bytes.
   *
   * @param dims innermost first
   */
  public GgufBytes tensor(String name, int type, byte[] bytes, long... dims) {
    while (data.size() % 32 != 0) {
      data.write(0);
    }
    entry(name, type, data.size(), dims);
    data.writeBytes(bytes);
    return this;
  }

  /** An entry alone. */
  public GgufBytes entry(String name, int type, long offset, long... dims) {
    tensorCount++;
    string(entries, name);
    u32(entries, dims.length);
    for (long dim : dims) {
      u64(entries, dim);
    }
    u32(entries, type);
    u64(entries, offset);
    return this;
  }

  /** A tensor of float32. */
  public GgufBytes floats(String name, float[] values, long... dims) {
    ByteBuffer bytes = little(4 * values.length);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return tensor(name, 0, bytes.array(), dims);
  }

  /** The whole file. */
  public byte[] bytes() {
    return bytes(3, tensorCount, keyCount);
  }

  /** The whole file with a head that need not be true. */
  public byte[] bytes(int version, long tensors, long values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    u32(out, version);
    u64(out, tensors);
    u64(out, values);
    out.writeBytes(keys.toByteArray());
    out.writeBytes(entries.toByteArray());
    while (out.size() % 32 != 0) {
      out.write(0);
    }
    out.writeBytes(data.toByteArray());
    return out.toByteArray();
  }

  /** Writes {@link #bytes()}. */
  public Path write(Path file) throws IOException {
    return Files.write(file, bytes());
  }
}
