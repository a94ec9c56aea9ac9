package dev.pbq.export.gguf.file;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.TensorNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An open GGUF file of version 2 or 3 (ggml's {@code docs/gguf.md}), little-endian. Thread-safe;
 * whoever opens it closes it.
 */
public final class GgufFile implements AutoCloseable {
  private static final int MAGIC = 0x46554747;
  private static final int MAX_TENSORS = 1 << 20;
  private static final int MAX_DIMENSIONS = 4;
  private static final long MAX_ALIGNMENT = 1 << 20;
  private static final int PIECE = 100;
  private static final int LONGEST_MESSAGE = 800;

  private final Path path;
  private final FileChannel channel;
  private final GgufMetadata metadata;
  private final Map<String, GgufTensor> tensors;

  private GgufFile(
      Path path, FileChannel channel, GgufMetadata metadata, Map<String, GgufTensor> tensors) {
    this.path = path;
    this.channel = channel;
    this.metadata = metadata;
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /** Whether a file begins as GGUF files do; false if it cannot be read. */
  public static boolean isGguf(Path file) {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer start = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      return in.read(start) == 4 && start.getInt(0) == MAGIC;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Opens a file, reading its header.
   *
   * @throws PbqException NOT_FOUND if there is none; BAD_DATA naming key or tensor if it is
   *     damaged, truncated or of a kind that cannot be read
   */
  public static GgufFile open(Path file) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      GgufFile opened = read(file, channel);
      channel = null;
      return opened;
    } catch (NoSuchFileException e) {
      throw new PbqException(PbqException.Kind.NOT_FOUND, "there is no file " + file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    } finally {
      if (channel != null) {
        closeQuietly(channel);
      }
    }
  }

  private static GgufFile read(Path file, FileChannel channel) throws IOException {
    GgufCursor in = new GgufCursor(file, channel);
    if (in.remaining() < 24 || in.u32() != MAGIC) {
      throw PbqException.badData(file + ": not a GGUF file");
    }
    long version = in.u32();
    if (version != 2 && version != 3) {
      throw in.bad(
          Integer.reverseBytes((int) version) == 3
              ? "a big-endian GGUF file, which pbq does not read"
              : "GGUF version " + version + "; pbq reads 2 and 3");
    }
    long tensorCount = in.length("the number of tensors", in.remaining() / 24, MAX_TENSORS);
    long valueCount = in.length("the number of keys", in.remaining() / 12, Integer.MAX_VALUE);
    Map<String, Object> values = new LinkedHashMap<>();
    for (long i = 0; i < valueCount; i++) {
      String key = in.string("a key");
      if (values.put(key, in.value(in.u32(), key)) != null) {
        throw in.bad("key " + key + " occurs twice");
      }
    }
    GgufMetadata metadata = new GgufMetadata(file, values);
    metadata.requireWhole();
    return new GgufFile(file, channel, metadata, tensors(in, metadata, tensorCount));
  }

  private record Entry(String name, long type, List<Long> dims, long offset) {}

  private static Map<String, GgufTensor> tensors(GgufCursor in, GgufMetadata metadata, long count)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      String name = in.string("a tensor's name");
      long dimensions = in.u32();
      if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
        throw in.bad("tensor " + name + " has " + dimensions + " dimensions");
      }
      List<Long> dims = new ArrayList<>();
      for (long d = 0; d < dimensions; d++) {
        dims.add(in.length("a dimension of tensor " + name, Long.MAX_VALUE, Integer.MAX_VALUE));
      }
      long type = in.u32();
      entries.add(
          new Entry(
              name,
              type,
              dims,
              in.length("the offset of tensor " + name, Long.MAX_VALUE, Long.MAX_VALUE)));
    }
    long alignment = metadata.count("general.alignment").orElse(32);
    if (alignment > MAX_ALIGNMENT) {
      throw in.bad("general.alignment is " + alignment);
    }
    long start = (in.position() + alignment - 1) / alignment * alignment;
    long bytes = in.remaining() + in.position() - start;
    Map<String, GgufTensor> tensors = new HashMap<>();
    for (Entry entry : entries) {
      GgufTensor tensor = tensor(in, entry, start);
      if (entry.offset() > bytes || tensor.byteCount() > bytes - entry.offset()) {
        throw in.bad(
            "tensor "
                + entry.name()
                + " ends beyond the file: it is truncated, or the header is damaged");
      }
      if (tensors.put(entry.name(), tensor) != null) {
        throw in.bad("tensor " + entry.name() + " occurs twice");
      }
    }
    return tensors;
  }

  private static GgufTensor tensor(GgufCursor in, Entry entry, long start) {
    GgmlType type =
        GgmlType.of(entry.type())
            .orElseThrow(
                () -> in.bad("tensor " + entry.name() + UnreadTypes.describe(entry.type())));
    long rows = 1;
    long cols = entry.dims().get(0);
    for (int d = 1; d < entry.dims().size(); d++) {
      rows *= entry.dims().get(d);
      if (rows > Integer.MAX_VALUE) {
        throw in.bad("tensor " + entry.name() + " is too large: " + entry.dims());
      }
    }
    if (rows < 1 || cols < 1 || cols % type.blockSize() != 0) {
      throw in.bad(
          "tensor " + entry.name() + " of type " + type + " cannot have the shape " + entry.dims());
    }
    if (cols / type.blockSize() * type.blockBytes() > Integer.MAX_VALUE - 8) {
      throw in.bad("tensor " + entry.name() + " is too large: " + entry.dims());
    }
    return new GgufTensor(
        entry.name(), type, rows, (int) cols, entry.dims().size(), start + entry.offset());
  }

  public Path path() {
    return path;
  }

  /** Keys and values. */
  public GgufMetadata metadata() {
    return metadata;
  }

  /** Tensors by their names in the file. */
  public Map<String, GgufTensor> tensors() {
    return tensors;
  }

  /**
   * Reads rows as float32, as ggml's reference decodes them.
   *
   * @param destination takes {@code count * cols} values from its start on
   * @throws PbqException BAD_DATA if the file cannot be read
   */
  public void readRows(GgufTensor tensor, long firstRow, int count, float[] destination) {
    byte[] bytes = new byte[Math.multiplyExact(count, tensor.rowBytes())];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long position = tensor.position() + firstRow * tensor.rowBytes();
    try {
      while (buffer.hasRemaining()) {
        int n = channel.read(buffer, position);
        if (n < 0) {
          throw PbqException.badData(path + ": became shorter while it was read");
        }
        position += n;
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
    tensor.type().decode(bytes, Math.multiplyExact(count, tensor.cols()), destination);
  }

  private static PbqException unreadable(Path file, IOException e) {
    String reason = Files.isReadable(file) ? e.getMessage() : "permission denied";
    return PbqException.badData("cannot read " + file + ": " + reason, e);
  }

  /** Text with untrusted parts, fit for a message of one line: long lists of names fit in. */
  public static String printable(String text) {
    StringBuilder line = new StringBuilder();
    for (int at = 0; at < Math.min(text.length(), LONGEST_MESSAGE); at += PIECE) {
      line.append(TensorNames.printable(text.substring(at, Math.min(text.length(), at + PIECE))));
    }
    return text.length() > LONGEST_MESSAGE ? line.append("...").toString() : line.toString();
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw PbqException.badData("cannot close a file: " + e.getMessage(), e);
    }
  }
}
