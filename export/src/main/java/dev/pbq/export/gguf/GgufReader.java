package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a GGUF file back: its header and the bytes of its tensors. */
final class GgufReader implements AutoCloseable {
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final Path file;
  private final FileChannel channel;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, Entry> tensors = new LinkedHashMap<>();
  private long dataStart;

  /**
   * A tensor's entry.
   *
   * @param dims innermost first
   * @param type ggml's number of its type
   * @param offset from the start of the data
   */
  record Entry(List<Long> dims, int type, long offset) {}

  private GgufReader(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens a file and reads its header; the caller closes it. */
  static GgufReader open(Path file) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      GgufReader reader = new GgufReader(file, channel);
      reader.readHeader();
      channel = null;
      return reader;
    } catch (IOException e) {
      throw PbqException.badData("cannot read back " + file + ": " + e.getMessage(), e);
    } finally {
      if (channel != null) {
        closeQuietly(channel, file);
      }
    }
  }

  private static void closeQuietly(FileChannel channel, Path file) {
    try {
      channel.close();
    } catch (IOException e) {
      throw PbqException.badData("cannot close " + file + ": " + e.getMessage(), e);
    }
  }

  private void readHeader() throws IOException {
    Cursor in = new Cursor();
    if (in.u32() != 0x46554747L || in.u32() != 3) {
      throw PbqException.badData(file + " is no GGUF file of version 3");
    }
    long tensorCount = in.u64();
    long valueCount = in.u64();
    for (long i = 0; i < valueCount; i++) {
      String key = in.string();
      values.put(key, in.value((int) in.u32()));
    }
    for (long i = 0; i < tensorCount; i++) {
      String name = in.string();
      List<Long> dims = new ArrayList<>();
      for (long d = in.u32(); d > 0; d--) {
        dims.add(in.u64());
      }
      tensors.put(name, new Entry(List.copyOf(dims), (int) in.u32(), in.u64()));
    }
    long alignment = values.get("general.alignment") instanceof Number n ? n.longValue() : 32;
    dataStart = (in.position + alignment - 1) / alignment * alignment;
  }

  /** Keys with numbers, strings, flags or lists of them. */
  Map<String, Object> values() {
    return values;
  }

  Map<String, Entry> tensors() {
    return tensors;
  }

  /** Bytes of a tensor, little-endian. */
  ByteBuffer bytes(Entry tensor, long from, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    try {
      readFully(bytes, dataStart + tensor.offset() + from);
    } catch (IOException e) {
      throw PbqException.badData("cannot read back " + file + ": " + e.getMessage(), e);
    }
    return bytes;
  }

  private void readFully(ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      int n = channel.read(bytes, position);
      if (n < 0) {
        throw PbqException.badData(file + " ends early");
      }
      position += n;
    }
    bytes.flip();
  }

  @Override
  public void close() {
    closeQuietly(channel, file);
  }

  /** Reads the header front to back, through a window. */
  private final class Cursor {
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long position;

    private ByteBuffer next(int length) throws IOException {
      if (window.remaining() < length) {
        int size = (int) Math.min(Math.max(length, 1 << 16), channel.size() - position);
        if (size < length) {
          throw PbqException.badData(file + " ends early");
        }
        window = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        readFully(window, position);
      }
      position += length;
      return window;
    }

    long u32() throws IOException {
      return next(4).getInt() & 0xffffffffL;
    }

    long u64() throws IOException {
      return next(8).getLong();
    }

    String string() throws IOException {
      byte[] utf8 = new byte[Math.toIntExact(u64())];
      next(utf8.length).get(utf8);
      return new String(utf8, StandardCharsets.UTF_8);
    }

    Object value(int type) throws IOException {
      return switch (type) {
        case 4 -> u32();
        case 5 -> (long) next(4).getInt();
        case 6 -> next(4).getFloat();
        case 7 -> next(1).get() != 0;
        case STRING -> string();
        case ARRAY -> {
          int item = (int) u32();
          long count = u64();
          List<Object> items = new ArrayList<>();
          for (long i = 0; i < count; i++) {
            items.add(value(item));
          }
          yield items;
        }
        default -> throw PbqException.badData(file + ": a value of type " + type);
      };
    }
  }
}
