package dev.pbq.core.entropy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One panel of columns in static rANS (J. Duda, "Asymmetric numeral systems", arXiv 1311.2540; F.
 * Giesen, "Interleaved entropy coders", arXiv 1402.3392): {@link #LANES} coders take turns, one for
 * each column of a group, down the rows; their units are in one stream in the order of reading.
 */
final class PanelEncoder {
  /** Coders that take turns, and columns of a group. */
  static final int LANES = 32;

  /** What a coder starts with when it writes, and ends with when it reads. */
  static final int IDLE = 1 << 16;

  private final Codes codes;
  private final Trellis trellis;
  private final int segmentRows;
  private final RansHeader header;

  /** Frequency and the sum of those before it, for each table and symbol. */
  private final int[] frequency;

  private final int[] start;

  PanelEncoder(Codes codes, Trellis trellis, int segmentRows, RansHeader header) {
    this.codes = codes;
    this.trellis = trellis;
    this.segmentRows = segmentRows;
    this.header = header;
    int tables = header.tables().tables().size();
    frequency = new int[tables << Symbols.BITS];
    start = new int[tables << Symbols.BITS];
    for (int t = 0; t < tables; t++) {
      int sum = 0;
      for (int s = 0; s < Symbols.COUNT; s++) {
        int f = header.tables().tables().get(t)[s];
        frequency[t << Symbols.BITS | s] = f;
        start[t << Symbols.BITS | s] = sum;
        sum += f;
      }
    }
  }

  /** The bytes of columns {@code from .. to - 1}. */
  byte[] encode(int from, int to) {
    int rows = codes.rows();
    short[] symbols = new short[rows * (to - from)];
    ExtraBits extra = ExtraBits.writer();
    int count = 0;
    for (int first = from; first < to; first += LANES) {
      count = group(first, Math.min(LANES, to - first), symbols, count, extra);
    }
    int[] lanes = new int[Math.min(LANES, to - from)];
    Arrays.fill(lanes, IDLE);
    short[] units = new short[symbols.length];
    int unit = 0;
    for (int first = from + (to - from - 1) / LANES * LANES; first >= from; first -= LANES) {
      int width = Math.min(LANES, to - first);
      for (int r = 0; r < rows; r++) {
        for (int l = width - 1; l >= 0; l--) {
          int symbol = symbols[--count];
          int f = frequency[symbol];
          long x = lanes[l] & 0xffffffffL;
          if (x >= (long) f << (32 - Frequencies.BITS)) {
            units[unit++] = (short) x;
            x >>>= 16;
          }
          long whole = x / f;
          lanes[l] = (int) ((whole << Frequencies.BITS) + (x - whole * f) + start[symbol]);
        }
      }
    }
    byte[] rest = extra.toBytes();
    ByteBuffer out = ByteBuffer.allocate(4 * lanes.length + 4 + 2 * unit + rest.length);
    out.order(ByteOrder.LITTLE_ENDIAN);
    for (int lane : lanes) {
      out.putInt(lane);
    }
    out.putInt(unit);
    while (unit > 0) {
      out.putShort(units[--unit]);
    }
    return out.put(rest).array();
  }

  /** Appends the symbols of a group of columns in the order of reading: row by row. */
  private int group(int first, int width, short[] symbols, int count, ExtraBits extra) {
    int rows = codes.rows();
    int shift = header.shift();
    int[] of = header.tables().of();
    int[][] columns = new int[width][rows];
    TrellisWalk[] walks = new TrellisWalk[width];
    for (int l = 0; l < width; l++) {
      codes.column(first + l, 0, columns[l]);
      walks[l] = new TrellisWalk(trellis, segmentRows);
    }
    for (int r = 0; r < rows; r++) {
      int ofRow = header.levels().rows()[r];
      for (int l = 0; l < width; l++) {
        int k = columns[l][r];
        int level = ofRow + header.levels().cols()[first + l];
        int table = of[walks[l].quantizer(k) * Levels.SUMS + level];
        int high = k >> shift;
        int symbol = Symbols.of(high);
        symbols[count++] = (short) (table << Symbols.BITS | symbol);
        if (symbol == Symbols.ESCAPE) {
          extra.put(high < 0 ? 1 : 0, 1);
          extra.putGamma(Math.abs(high) - Symbols.LARGEST);
        }
        extra.put(k, shift);
      }
    }
    return count;
  }
}
