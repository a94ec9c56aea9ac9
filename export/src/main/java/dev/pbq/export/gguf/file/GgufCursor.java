package dev.pbq.export.gguf.file;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a GGUF header front to back, through a window. Every length is compared with what is left
 * of the file before anything is allocated.
 */
final class GgufCursor {
  private static final int WINDOW = 1 << 16;
  private static final int MAX_STRING_BYTES = 1 << 24;
  private static final int MAX_ITEMS = 1 << 23;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private ByteBuffer window = ByteBuffer.allocate(0);
  private long position;
  private long items;

  GgufCursor(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.size = channel.size();
  }

  long position() {
    return position;
  }

  long remaining() {
    return size - position;
  }

  /** Unsigned. */
  long u32() throws IOException {
    return next(4).getInt() & 0xffffffffL;
  }

  /**
   * A count or offset.
   *
   * @param what it is, for the message
   * @param held how large it can be, from what is left of the file
   * @param most how large pbq allows it to be
   */
  long length(String what, long held, long most) throws IOException {
    long value = next(8).getLong();
    if (value < 0 || value > held) {
      throw bad(
          what
              + " is "
              + Long.toUnsignedString(value)
              + ", more than the file holds: it is truncated, or its header is damaged");
    }
    if (value > most) {
      throw bad(what + " is " + value + "; pbq reads up to " + most);
    }
    return value;
  }

  String string(String what) throws IOException {
    int length = (int) length("the length of " + what, remaining() - 8, MAX_STRING_BYTES);
    byte[] utf8 = new byte[length];
    if (length <= WINDOW) {
      next(length).get(utf8);
    } else {
      long start = position;
      readFully(ByteBuffer.wrap(utf8), start);
      position = start + length;
      window = ByteBuffer.allocate(0);
    }
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /**
   * A value: Long, Double, Float, Boolean, String or a List of one of them.
   *
   * @param key for messages
   */
  Object value(long type, String key) throws IOException {
    return switch ((int) type) {
      case 0 -> (long) (next(1).get() & 0xff);
      case 1 -> (long) next(1).get();
      case 2 -> (long) (next(2).getShort() & 0xffff);
      case 3 -> (long) next(2).getShort();
      case 4 -> u32();
      case 5 -> (long) next(4).getInt();
      case 6 -> next(4).getFloat();
      case 7 -> next(1).get() != 0;
      case STRING -> string("key " + key);
      case ARRAY -> array(key);
      case 10, 11 -> next(8).getLong();
      case 12 -> next(8).getDouble();
      default -> throw bad("key " + key + " has the unknown type " + type);
    };
  }

  private List<Object> array(String key) throws IOException {
    long type = u32();
    if (type == ARRAY) {
      throw bad("key " + key + " is an array of arrays, which pbq does not read");
    }
    long least =
        switch ((int) type) {
          case 0, 1, 7 -> 1;
          case 2, 3 -> 2;
          case 4, 5, 6 -> 4;
          default -> 8;
        };
    long count = length("the count of key " + key, remaining() / least, MAX_ITEMS);
    items += count;
    if (items > MAX_ITEMS) {
      throw bad("its arrays hold more than " + MAX_ITEMS + " items");
    }
    List<Object> values = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      values.add(value(type, key));
    }
    return values;
  }

  private ByteBuffer next(int length) throws IOException {
    if (window.remaining() < length) {
      int bytes = (int) Math.min(WINDOW, remaining());
      if (bytes < length) {
        throw bad("ends in its header: it is truncated");
      }
      window = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      readFully(window, position);
      window.flip();
    }
    position += length;
    return window;
  }

  private void readFully(ByteBuffer bytes, long from) throws IOException {
    long at = from;
    while (bytes.hasRemaining()) {
      int n = channel.read(bytes, at);
      if (n < 0) {
        throw bad("became shorter while it was read");
      }
      at += n;
    }
  }

  PbqException bad(String what) {
    return PbqException.badData(file + ": " + GgufFile.printable(what));
  }
}
