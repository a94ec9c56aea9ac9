package dev.pbq.core.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;

/**
 * The runs of numbers in a page: levels and indices of a dictionary (Parquet's encoding "RLE / bit
 * packing hybrid"). A reader makes room for a packed run before it looks for its bytes, so that
 * every run must be backed by them.
 */
final class ParquetRuns implements DataPage.Visitor<Boolean> {
  /** Groups of 8 numbers that a run may have without bytes: those of width 0, and a cut-off end. */
  private static final int FEW_GROUPS = 64;

  private final ColumnDescriptor column;

  ParquetRuns(ColumnDescriptor column) {
    this.column = column;
  }

  /** Whether all runs of a page are backed by bytes. */
  boolean areSound(DataPage page) {
    return page.accept(this);
  }

  @Override
  public Boolean visit(DataPageV1 page) {
    ByteBuffer in = bytes(page.getBytes());
    for (int level : new int[] {column.getMaxRepetitionLevel(), column.getMaxDefinitionLevel()}) {
      if (level > 0 && page.getDlEncoding() == Encoding.RLE) {
        if (in.remaining() < Integer.BYTES) {
          return false;
        }
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
          return false;
        }
        if (!runs(in.slice(in.position(), length), width(level))) {
          return false;
        }
        in.position(in.position() + length);
      }
    }
    return values(in, page.getValueEncoding());
  }

  @Override
  public Boolean visit(DataPageV2 page) {
    return runs(bytes(page.getRepetitionLevels()), width(column.getMaxRepetitionLevel()))
        && runs(bytes(page.getDefinitionLevels()), width(column.getMaxDefinitionLevel()))
        && values(bytes(page.getData()), page.getDataEncoding());
  }

  private static ByteBuffer bytes(BytesInput input) {
    try {
      return ByteBuffer.wrap(input.toInputStream().readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int width(int level) {
    return 32 - Integer.numberOfLeadingZeros(level);
  }

  private static boolean values(ByteBuffer in, Encoding encoding) {
    if (!encoding.usesDictionary() || !in.hasRemaining()) {
      return true;
    }
    int width = in.get() & 0xff;
    return width <= 32 && runs(in, width);
  }

  private static boolean runs(ByteBuffer in, int width) {
    while (in.hasRemaining()) {
      long header = 0;
      int shift = 0;
      int next = 0x80;
      while ((next & 0x80) != 0 && in.hasRemaining() && shift < 35) {
        next = in.get() & 0xff;
        header |= (long) (next & 0x7f) << shift;
        shift += 7;
      }
      long count = header >>> 1;
      boolean packed = (header & 1) == 1;
      if (packed && (count - FEW_GROUPS) * Math.max(1, width) > in.remaining()) {
        return false;
      }
      long skipped = packed ? count * width : (width + 7) / 8;
      in.position(in.position() + (int) Math.min(in.remaining(), skipped));
    }
    return true;
  }
}
