package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One safetensors file, open for reading. The header is checked as a whole when the file is opened:
 * its tensors fill the file without holes or overlaps. Thread-safe; holds one file descriptor until
 * closed, and reads through buffers of at most 1 MiB per thread whatever the size of the file.
 *
 * <p>Format: <a href="https://github.com/huggingface/safetensors">safetensors</a>, format section
 * of its README.
 */
public final class SafetensorsFile implements TensorSource, AutoCloseable {
  private static final int FLOAT_CHUNK_BYTES = 1 << 16;
  private static final int COPY_CHUNK_BYTES = 1 << 20;
  private static final String LFS_POINTER = "version https://git-lfs";

  private final FileBytes bytes;
  private final long dataStart;
  private final SafetensorsHeader header;

  private SafetensorsFile(FileBytes bytes, long dataStart, SafetensorsHeader header) {
    this.bytes = bytes;
    this.dataStart = dataStart;
    this.header = header;
  }

  /**
   * Opens a file and checks its header; the caller closes it.
   *
   * @throws PbqException NOT_FOUND if there is no such file; BAD_DATA, naming file and tensor, if
   *     it is not a sound safetensors file
   */
  public static SafetensorsFile open(Path file) {
    FileBytes bytes = FileBytes.open(file);
    try {
      long length = headerLength(bytes);
      byte[] json = new byte[Math.toIntExact(length)];
      bytes.read(Long.BYTES, ByteBuffer.wrap(json));
      long dataStart = Long.BYTES + length;
      return new SafetensorsFile(
          bytes, dataStart, SafetensorsHeader.parse(file, json, bytes.size() - dataStart));
    } catch (RuntimeException | Error e) {
      bytes.close();
      throw e;
    }
  }

  private static long headerLength(FileBytes bytes) {
    if (bytes.size() < Long.BYTES) {
      throw PbqException.badData(
          bytes.file() + ": truncated, " + bytes.size() + " bytes hold no safetensors header");
    }
    byte[] prefix = new byte[(int) Math.min(bytes.size(), LFS_POINTER.length())];
    bytes.read(0, ByteBuffer.wrap(prefix));
    long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > SafetensorsHeader.MAX_BYTES) {
      String hint =
          Arrays.equals(prefix, LFS_POINTER.getBytes(StandardCharsets.US_ASCII))
              ? "this is a Git LFS pointer, not the file itself (git lfs pull fetches it)"
              : "not a safetensors file: header of "
                  + Long.toUnsignedString(length)
                  + " bytes, more than "
                  + SafetensorsHeader.MAX_BYTES;
      throw PbqException.badData(bytes.file() + ": " + hint);
    }
    if (length > bytes.size() - Long.BYTES) {
      throw PbqException.badData(
          bytes.file()
              + ": truncated or not a safetensors file, header of "
              + length
              + " bytes in a file of "
              + bytes.size());
    }
    return length;
  }

  public Path file() {
    return bytes.file();
  }

  /** All tensors by name, in the order of their bytes. */
  public Map<String, TensorInfo> tensors() {
    return header.tensors();
  }

  /** Types of the tensors that pbq cannot read, and which {@link #tensors} lacks, by name. */
  public Map<String, String> unread() {
    return header.unread();
  }

  @Override
  public List<String> names() {
    return List.copyOf(header.tensors().keySet());
  }

  @Override
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public Optional<TensorInfo> find(String name) {
    return Optional.ofNullable(header.tensors().get(name));
  }

  @Override
  public ByteBuffer bytes(String name, long offsetInTensor, int length) {
    TensorInfo info = require(name);
    Objects.checkFromIndexSize(offsetInTensor, length, info.byteCount());
    ByteBuffer buffer = ByteBuffer.allocate(length);
    bytes.read(dataStart + info.begin() + offsetInTensor, buffer);
    return buffer.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads consecutive elements as float32 (F64 is rounded) into {@code dest}, from its position on;
   * the position moves past them. Values are delivered as stored, NaN and infinity included.
   *
   * @throws PbqException BAD_DATA if the tensor is not of a floating type or cannot be read
   * @throws IndexOutOfBoundsException if the range is not within the tensor
   * @throws BufferOverflowException if {@code dest} has less room than {@code count}
   */
  public void readFloats(TensorInfo info, long firstElement, long count, FloatBuffer dest) {
    DType dtype = info.dtype();
    if (!dtype.isFloating()) {
      throw PbqException.badData(
          file() + ": tensor " + info + " is not of a floating type (F64, F32, F16, BF16)");
    }
    if (!info.equals(header.tensors().get(info.name()))) {
      throw new IllegalArgumentException(info + " is not a tensor of " + file());
    }
    Objects.checkFromIndexSize(firstElement, count, info.elementCount());
    if (count > dest.remaining()) {
      throw new BufferOverflowException();
    }
    int chunk = (int) Math.min(count, FLOAT_CHUNK_BYTES / dtype.bytes());
    ByteBuffer raw = ByteBuffer.allocate(chunk * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    float[] scratch = dest.hasArray() ? dest.array() : new float[chunk];
    long position = dataStart + info.begin() + firstElement * dtype.bytes();
    for (long left = count; left > 0; ) {
      int n = (int) Math.min(left, chunk);
      bytes.read(position, raw.clear().limit(n * dtype.bytes()));
      raw.flip();
      if (dest.hasArray()) {
        FloatWidening.widen(dtype, raw, n, scratch, dest.arrayOffset() + dest.position());
        dest.position(dest.position() + n);
      } else {
        FloatWidening.widen(dtype, raw, n, scratch, 0);
        dest.put(scratch, 0, n);
      }
      position += (long) n * dtype.bytes();
      left -= n;
    }
  }

  @Override
  public TensorEntry entryOf(String name) {
    TensorInfo info = require(name);
    return new TensorEntry(info.name(), info.dtype(), info.shape(), out -> copy(info, out));
  }

  private void copy(TensorInfo info, WritableByteChannel out) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(info.byteCount(), COPY_CHUNK_BYTES));
    long position = dataStart + info.begin();
    long end = dataStart + info.end();
    while (position < end) {
      int n = (int) Math.min(end - position, buffer.capacity());
      bytes.read(position, buffer.clear().limit(n));
      out.write(buffer.flip());
      position += n;
    }
  }

  private TensorInfo require(String name) {
    TensorInfo info = header.tensors().get(name);
    if (info == null) {
      throw PbqException.notFound(
          "there is no tensor " + TensorNames.printable(name) + " in " + file());
    }
    return info;
  }

  @Override
  public void close() {
    bytes.close();
  }
}
