package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.FloatTypes;
import dev.pbq.export.gguf.family.Piece;
import dev.pbq.export.gguf.family.ValueChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes a GGUF file of version 3, little-endian. */
final class GgufWriter {
  /** What every file starts with. */
  static final String MAGIC = "GGUF";

  private static final int VERSION = 3;
  private static final int ALIGNMENT = 32;

  /** The longest name that ggml reads, one byte left for its end. */
  private static final int MAX_NAME_BYTES = 63;

  private final TensorRows rows;
  private final ExportProgress progress;

  GgufWriter(TensorRows rows, ExportProgress progress) {
    this.rows = rows;
    this.progress = progress;
  }

  /**
   * Writes the file.
   *
   * @return its size in bytes
   */
  long write(Path file, Metadata metadata, List<PlannedTensor> tensors) {
    byte[] header = header(metadata, tensors);
    return AtomicFile.write(
        file,
        out -> {
          out.write(ByteBuffer.wrap(header));
          pad(out, header.length);
          int done = 0;
          for (PlannedTensor tensor : tensors) {
            progress.at("write", tensor.source(), done++, tensors.size());
            writeData(tensor, out);
            pad(out, tensor.bytes());
          }
        });
  }

  private static byte[] header(Metadata metadata, List<PlannedTensor> tensors) {
    Metadata.Bytes bytes =
        new Metadata.Bytes()
            .raw(MAGIC.getBytes(StandardCharsets.US_ASCII))
            .u32(VERSION)
            .u64(tensors.size())
            .u64(metadata.size())
            .raw(metadata.encode());
    long offset = 0;
    for (PlannedTensor tensor : tensors) {
      if (tensor.name().getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
        throw PbqException.badData("tensor name " + tensor.name() + " is too long for GGUF");
      }
      List<Integer> dims = tensor.tensor().dims();
      bytes.string(tensor.name()).u32(dims.size());
      for (int i = dims.size() - 1; i >= 0; i--) {
        bytes.u64(dims.get(i));
      }
      bytes.u32(tensor.type().id()).u64(offset);
      offset += tensor.bytes() + padding(tensor.bytes());
    }
    return bytes.array();
  }

  private static int padding(long bytes) {
    return (int) (-bytes & (ALIGNMENT - 1));
  }

  private static void pad(WritableByteChannel out, long bytes) throws IOException {
    out.write(ByteBuffer.allocate(padding(bytes)));
  }

  private void writeData(PlannedTensor tensor, WritableByteChannel out) throws IOException {
    for (Piece piece : tensor.tensor().pieces()) {
      int step = TensorRows.step(piece);
      for (int first = 0; first < piece.rows(); first += step) {
        float[] values = rows.read(piece, first, Math.min(step, piece.rows() - first));
        ValueChange change = tensor.tensor().change();
        for (int i = 0; change != ValueChange.NONE && i < values.length; i++) {
          values[i] = change.toFile(values[i]);
        }
        out.write(
            ByteBuffer.wrap(
                tensor.type().isQuantized() ? blocks(tensor, values) : floats(tensor, values)));
      }
    }
  }

  private static byte[] floats(PlannedTensor tensor, float[] values) {
    DType type =
        switch (tensor.type()) {
          case F16 -> DType.F16;
          case BF16 -> DType.BF16;
          default -> DType.F32;
        };
    FloatTypes.requireHeld(type, tensor.source(), values, values.length);
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, type.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (type) {
        case F16 -> bytes.putShort(Half.fromFloat(value));
        case BF16 -> bytes.putShort(Half.bfloatFromFloat(value));
        default -> bytes.putFloat(value);
      }
    }
    return bytes.array();
  }

  private static byte[] blocks(PlannedTensor tensor, float[] values) {
    GgufType type = tensor.type();
    int count = values.length / type.blockSize();
    byte[] bytes = new byte[Math.multiplyExact(count, type.blockBytes())];
    Parallel.forEachRange(
        count,
        type.blocksPerTask(),
        (from, to) -> {
          for (int b = from; b < to; b++) {
            Levels levels = levels(tensor, values, b * type.blockSize());
            if (!Float.isFinite(levels.scale()) || !Float.isFinite(levels.offset())) {
              throw PbqException.numerical(
                  "tensor "
                      + tensor.source()
                      + ": a scale of "
                      + type.label()
                      + " exceeds float16");
            }
            BlockLayout.put(type, levels, bytes, b * type.blockBytes());
          }
        });
    return bytes;
  }

  private static Levels levels(PlannedTensor tensor, float[] values, int from) {
    if (tensor.fill() == Fill.NEAREST) {
      return NearestGrid.of(tensor.type(), values, from);
    }
    Levels exact = ExactGrid.of(tensor.type(), values, from);
    if (exact == null && tensor.fill() == Fill.EXACT) {
      throw new IllegalStateException(tensor + " was found to be exact, and is not");
    }
    return exact != null ? exact : NearestGrid.of(tensor.type(), values, from);
  }
}
