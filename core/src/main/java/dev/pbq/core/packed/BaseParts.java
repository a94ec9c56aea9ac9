package dev.pbq.core.packed;

import dev.pbq.core.tensor.DType;

/**
 * A layer inside another one: its parts and attributes have names that begin with {@code base_},
 * apart from {@code rows} and {@code cols}, which it shares with the layer around it.
 */
final class BaseParts {
  private static final String PREFIX = "base_";

  private BaseParts() {}

  private static boolean isShared(String key) {
    return key.equals("rows") || key.equals("cols");
  }

  private static String key(String key) {
    return isShared(key) ? key : PREFIX + key;
  }

  static PackedWriter writer(PackedWriter out) {
    return new PackedWriter() {
      @Override
      public void tensor(String part, DType dtype, long[] shape, byte[] littleEndian) {
        out.tensor(PREFIX + part, dtype, shape, littleEndian);
      }

      @Override
      public void attribute(String key, Object value) {
        if (!isShared(key)) {
          out.attribute(PREFIX + key, value);
        }
      }
    };
  }

  static PackedReader reader(PackedReader in) {
    return new PackedReader() {
      @Override
      public String layer() {
        return in.layer() + " (base)";
      }

      @Override
      public boolean hasTensor(String part) {
        return in.hasTensor(PREFIX + part);
      }

      @Override
      public byte[] tensor(String part, DType dtype, long... shape) {
        return in.tensor(PREFIX + part, dtype, shape);
      }

      @Override
      public DType dtype(String part) {
        return in.dtype(PREFIX + part);
      }

      @Override
      public long storedBytes() {
        return in.storedBytes();
      }

      @Override
      public long[] shape(String part) {
        return in.shape(PREFIX + part);
      }

      @Override
      public String text(String key) {
        return in.text(key(key));
      }

      @Override
      public int integer(String key) {
        return in.integer(key(key));
      }
    };
  }
}
