package dev.pbq.export.gguf;

import dev.pbq.export.gguf.family.KeySink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The key-value pairs of a GGUF file, in the order in which they were put. */
final class Metadata {
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final Map<String, byte[]> values = new LinkedHashMap<>();

  /** Writes numbers and strings as the format does. */
  static final class Bytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes u32(long value) {
      out.writeBytes(little(4).putInt((int) value).array());
      return this;
    }

    Bytes u64(long value) {
      out.writeBytes(little(8).putLong(value).array());
      return this;
    }

    Bytes f32(float value) {
      out.writeBytes(little(4).putFloat(value).array());
      return this;
    }

    Bytes string(String value) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      u64(utf8.length);
      out.writeBytes(utf8);
      return this;
    }

    Bytes raw(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    byte[] array() {
      return out.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
      return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  void putString(String key, String value) {
    put(key, new Bytes().u32(STRING).string(value));
  }

  /** An unsigned 32-bit number. */
  void putCount(String key, long value) {
    put(key, new Bytes().u32(UINT32).u32(value));
  }

  void putFloat(String key, float value) {
    put(key, new Bytes().u32(FLOAT32).f32(value));
  }

  void putFlag(String key, boolean value) {
    put(key, new Bytes().u32(BOOL).raw(flag(value)));
  }

  private static byte[] flag(boolean value) {
    return new byte[] {(byte) (value ? 1 : 0)};
  }

  /** A place for keys of one architecture, whose names begin with its own. */
  KeySink of(String architecture) {
    return new KeySink() {
      @Override
      public void count(String key, long value) {
        putCount(architecture + "." + key, value);
      }

      @Override
      public void number(String key, double value) {
        putFloat(architecture + "." + key, (float) value);
      }

      @Override
      public void text(String key, String value) {
        putString(architecture + "." + key, value);
      }

      @Override
      public void flag(String key, boolean value) {
        putFlag(architecture + "." + key, value);
      }

      @Override
      public void flags(String key, List<Boolean> values) {
        putFlags(architecture + "." + key, values);
      }
    };
  }

  void putStrings(String key, Collection<String> items) {
    Bytes bytes = new Bytes().u32(ARRAY).u32(STRING).u64(items.size());
    items.forEach(bytes::string);
    put(key, bytes);
  }

  void putFlags(String key, List<Boolean> items) {
    Bytes bytes = new Bytes().u32(ARRAY).u32(BOOL).u64(items.size());
    items.forEach(item -> bytes.raw(flag(item)));
    put(key, bytes);
  }

  void putFloats(String key, List<Float> items) {
    Bytes bytes = new Bytes().u32(ARRAY).u32(FLOAT32).u64(items.size());
    items.forEach(bytes::f32);
    put(key, bytes);
  }

  void putInts(String key, List<Integer> items) {
    Bytes bytes = new Bytes().u32(ARRAY).u32(INT32).u64(items.size());
    items.forEach(bytes::u32);
    put(key, bytes);
  }

  private void put(String key, Bytes bytes) {
    if (values.put(key, bytes.array()) != null) {
      throw new IllegalStateException("two values of " + key);
    }
  }

  int size() {
    return values.size();
  }

  /** All pairs as stored. */
  byte[] encode() {
    Bytes bytes = new Bytes();
    values.forEach((key, value) -> bytes.string(key).raw(value));
    return bytes.array();
  }
}
