package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes safetensors files, tensor by tensor and atomically, with the same bytes as the reference
 * implementation (safetensors {@code tensor.rs}, {@code prepare}): tensors by descending dtype,
 * then by name; the header padded with spaces to a multiple of eight bytes.
 */
public final class SafetensorsWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private SafetensorsWriter() {}

  /**
   * Writes one file, replacing an existing one.
   *
   * @param entries the tensors, in any order; each is asked for its bytes once
   * @param metadata strings for {@code __metadata__}; {@code format: pt}, which other readers
   *     insist on, is added where absent
   * @return the size of the file in bytes
   * @throws PbqException RESOURCES naming the file if the disk is full
   * @throws IllegalArgumentException if two tensors have the same name
   * @throws IllegalStateException if a tensor delivers more or fewer bytes than it declares
   */
  public static long write(Path file, List<TensorEntry> entries, Map<String, String> metadata) {
    return AtomicFile.write(file, body(file, entries, metadata));
  }

  /**
   * Writes one file without waiting for the device ({@link AtomicFile#writeUnflushed}).
   *
   * @param entries as for {@link #write}
   * @param metadata likewise
   * @throws PbqException as {@link #write}
   */
  public static AtomicFile.Unflushed writeUnflushed(
      Path file, List<TensorEntry> entries, Map<String, String> metadata) {
    return AtomicFile.writeUnflushed(file, body(file, entries, metadata));
  }

  private static AtomicFile.Body body(
      Path file, List<TensorEntry> entries, Map<String, String> metadata) {
    List<TensorEntry> ordered = ordered(entries);
    byte[] header = header(file, ordered, metadata);
    return out -> {
      out.write(ByteBuffer.wrap(header));
      for (TensorEntry entry : ordered) {
        CheckedChannel checked = new CheckedChannel(entry, out);
        entry.source().writeTo(checked);
        checked.requireComplete();
      }
    };
  }

  private static List<TensorEntry> ordered(List<TensorEntry> entries) {
    Set<String> names = new HashSet<>();
    for (TensorEntry entry : entries) {
      if (entry.name().equals(SafetensorsHeader.METADATA)) {
        throw new IllegalArgumentException("a tensor cannot be named " + entry.name());
      }
      if (!names.add(entry.name())) {
        throw new IllegalArgumentException("two tensors named " + entry.name());
      }
    }
    List<TensorEntry> ordered = new ArrayList<>(entries);
    ordered.sort(
        (a, b) -> {
          int byType = Integer.compare(rank(b.dtype()), rank(a.dtype()));
          return byType != 0 ? byType : Arrays.compareUnsigned(utf8(a.name()), utf8(b.name()));
        });
    return ordered;
  }

  /** The place of a type in the reference's enumeration, which is by size first. */
  private static int rank(DType dtype) {
    return switch (dtype) {
      case BOOL -> 0;
      case U8 -> 1;
      case I8 -> 2;
      case I16 -> 3;
      case F16 -> 4;
      case BF16 -> 5;
      case I32 -> 6;
      case F32 -> 7;
      case F64 -> 8;
      case I64 -> 9;
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The length prefix and the padded JSON. */
  private static byte[] header(Path file, List<TensorEntry> ordered, Map<String, String> metadata) {
    Map<String, String> allMetadata = new LinkedHashMap<>();
    allMetadata.put("format", "pt");
    allMetadata.putAll(metadata);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[Long.BYTES]);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      writeJson(json, ordered, allMetadata);
    } catch (IOException e) {
      throw new IllegalStateException("the header of " + file + " cannot be built", e);
    }
    while (bytes.size() % Long.BYTES != 0) {
      bytes.write(' ');
    }
    int length = bytes.size() - Long.BYTES;
    if (length > SafetensorsHeader.MAX_BYTES) {
      throw PbqException.usage(
          file
              + " would need a header of "
              + length
              + " bytes, more than readers accept: ask for smaller shards");
    }
    byte[] header = bytes.toByteArray();
    ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    return header;
  }

  private static void writeJson(
      JsonGenerator json, List<TensorEntry> ordered, Map<String, String> metadata)
      throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart(SafetensorsHeader.METADATA);
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
    long offset = 0;
    for (TensorEntry entry : ordered) {
      long end = Math.addExact(offset, entry.byteCount());
      json.writeObjectFieldStart(entry.name());
      json.writeStringField("dtype", entry.dtype().name());
      json.writeFieldName("shape");
      long[] shape = entry.shape();
      json.writeArray(shape, 0, shape.length);
      json.writeFieldName("data_offsets");
      json.writeArray(new long[] {offset, end}, 0, 2);
      json.writeEndObject();
      offset = end;
    }
    json.writeEndObject();
  }

  /** Counts what a tensor delivers and refuses more than it declared. */
  private static final class CheckedChannel implements WritableByteChannel {
    private final TensorEntry entry;
    private final WritableByteChannel out;
    private long written;

    CheckedChannel(TensorEntry entry, WritableByteChannel out) {
      this.entry = entry;
      this.out = out;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      written += source.remaining();
      if (written > entry.byteCount()) {
        throw mismatch();
      }
      return out.write(source);
    }

    void requireComplete() {
      if (written != entry.byteCount()) {
        throw mismatch();
      }
    }

    private IllegalStateException mismatch() {
      return new IllegalStateException(
          "tensor " + entry + " declares " + entry.byteCount() + " bytes, delivers " + written);
    }

    @Override
    public boolean isOpen() {
      return out.isOpen();
    }

    @Override
    public void close() {
      // The file belongs to the writer.
    }
  }
}
