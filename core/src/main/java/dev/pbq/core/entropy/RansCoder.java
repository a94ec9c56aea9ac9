package dev.pbq.core.entropy;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Function;

/**
 * A coder with tables, for large matrices: panels of columns that are encoded and decoded in
 * parallel ({@link PanelEncoder}). The bytes are specified in {@code docs/format.md}.
 */
final class RansCoder implements CodeCoder {
  /** The least codes of a lane; what lanes start with is then below 0.001 bit of each. */
  private static final int CODES_OF_LANE = 1 << 15;

  private static final int LEAST_COLUMNS = 2 * PanelEncoder.LANES;

  /** Bytes of a length. */
  private static final int LENGTH = 4;

  /** Columns of a panel, a multiple of the lanes. */
  static int panelColumns(int rows) {
    int columns = ((CODES_OF_LANE - 1) / rows + 1) * PanelEncoder.LANES;
    return Math.max(LEAST_COLUMNS, columns);
  }

  @Override
  public byte[] encode(Codes codes, Trellis trellis, int segmentRows) {
    RansHeader header = RansHeader.of(codes, trellis, segmentRows);
    PanelEncoder encoder = new PanelEncoder(codes, trellis, segmentRows, header);
    int width = panelColumns(codes.rows());
    List<byte[]> panels = Parallel.mapRanges(codes.cols(), width, encoder::encode);
    byte[] head = header.write();
    int size = LENGTH + head.length;
    for (byte[] panel : panels) {
      size = Math.addExact(size, LENGTH + panel.length);
    }
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(head.length).put(head);
    for (byte[] panel : panels) {
      out.putInt(panel.length);
    }
    for (byte[] panel : panels) {
      out.put(panel);
    }
    return out.array();
  }

  @Override
  public Codes decode(
      byte[] stored,
      int rows,
      int cols,
      Trellis trellis,
      int segmentRows,
      Function<String, PbqException> bad) {
    CodeCoder.requireRoom(stored, rows, cols, bad);
    int width = panelColumns(rows);
    int panels = Parallel.ranges(cols, width);
    ByteBuffer in = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    int head = in.remaining() < LENGTH ? -1 : in.getInt();
    if (head < 0 || head > in.remaining() - (long) LENGTH * panels) {
      throw bad.apply(stored.length + " bytes are too few for tables and panels");
    }
    RansHeader header =
        RansHeader.read(new BitDecoder(stored, LENGTH, LENGTH + head), rows, cols, trellis, bad);
    in.position(LENGTH + head);
    int[] starts = new int[panels + 1];
    starts[0] = in.position() + LENGTH * panels;
    for (int p = 0; p < panels; p++) {
      int length = in.getInt();
      if (length < 0 || length > stored.length - starts[p]) {
        throw bad.apply("panel " + p + " has " + length + " bytes, which are not there");
      }
      starts[p + 1] = starts[p] + length;
    }
    if (starts[panels] != stored.length) {
      throw bad.apply(stored.length - starts[panels] + " bytes after the last panel");
    }
    Codes.Builder codes = new Codes.Builder(rows, cols);
    PanelDecoder decoder = new PanelDecoder(trellis, segmentRows, header, bad);
    Parallel.forEachRange(
        cols,
        width,
        (from, to) -> {
          int p = from / width;
          decoder.decode(stored, starts[p], starts[p + 1] - starts[p], from, to, codes);
        });
    return codes.build();
  }
}
