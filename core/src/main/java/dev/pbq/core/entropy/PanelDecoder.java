package dev.pbq.core.entropy;

import dev.pbq.core.PbqException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Function;

/** Reads the panels that {@link PanelEncoder} writes. */
final class PanelDecoder {
  private static final int LANES = PanelEncoder.LANES;

  /** Rows that are decoded before they are handed on. */
  private static final int BAND = 64;

  private static final int SYMBOL_MASK = (1 << Symbols.BITS) - 1;
  private static final int SLOT_MASK = Frequencies.TOTAL - 1;
  private static final int START = Symbols.BITS + Frequencies.BITS;

  private final int segmentRows;
  private final RansHeader header;
  private final Function<String, PbqException> bad;

  /**
   * For each table and each of the 2^12 slots: the symbol, its frequency, and how far the slot is
   * from the first of the symbol's.
   */
  private final int[] slots;

  /** Where the slots of a quantizer's and level's table begin. */
  private final int[] tableAt;

  /** The state after each state and parity. */
  private final int[] next;

  /** Where {@code tableAt} begins for the quantizer of each state. */
  private final int[] levelsAt;

  PanelDecoder(
      Trellis trellis, int segmentRows, RansHeader header, Function<String, PbqException> bad) {
    this.segmentRows = segmentRows;
    this.header = header;
    this.bad = bad;
    this.slots = slots(header.tables());
    this.tableAt = header.tables().of().clone();
    for (int i = 0; i < tableAt.length; i++) {
      tableAt[i] <<= Frequencies.BITS;
    }
    this.next = new int[16];
    this.levelsAt = new int[8];
    for (int s = 0; s < trellis.states(); s++) {
      next[2 * s] = trellis.next(s, 0);
      next[2 * s + 1] = trellis.next(s, 1);
      levelsAt[s] = trellis.quantizer(s) * Levels.SUMS;
    }
  }

  private static int[] slots(Tables tables) {
    int[] slots = new int[tables.tables().size() << Frequencies.BITS];
    int at = 0;
    for (int[] frequencies : tables.tables()) {
      for (int s = 0; s < frequencies.length; s++) {
        for (int i = 0; i < frequencies[s]; i++) {
          slots[at++] = s | frequencies[s] << Symbols.BITS | i << START;
        }
      }
    }
    return slots;
  }

  /** Decodes bytes {@code at .. at + length - 1} into columns {@code from .. to - 1}. */
  void decode(byte[] stored, int at, int length, int from, int to, Codes.Builder codes) {
    ByteBuffer in = ByteBuffer.wrap(stored, at, length).order(ByteOrder.LITTLE_ENDIAN);
    int[] lanes = new int[Math.min(LANES, to - from)];
    if (length < 4 * lanes.length + 4) {
      throw bad.apply("the panel of column " + from + " has " + length + " bytes");
    }
    in.asIntBuffer().get(lanes);
    in.position(at + 4 * lanes.length);
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / 2) {
      throw bad.apply("the panel of column " + from + " ends early");
    }
    // A row reads at most one unit for each lane, and is checked when it is done.
    short[] units = new short[count + LANES];
    in.asShortBuffer().get(units, 0, count);
    int rest = in.position() + 2 * count;
    Panel panel = new Panel(lanes, units, ExtraBits.reader(stored, rest, at + length));
    for (int first = from; first < to; first += LANES) {
      panel.group(first, Math.min(LANES, to - first), count, codes);
    }
    for (int x : lanes) {
      if (x != PanelEncoder.IDLE) {
        throw bad.apply("a lane of the panel of column " + from + " does not end as it began");
      }
    }
    if (panel.pos != count || !panel.extra.isAtEnd()) {
      throw bad.apply("bytes are left over in the panel of column " + from);
    }
  }

  /** The state of the coders of a panel. */
  private final class Panel {
    private final int[] lanes;
    private final short[] units;
    private final ExtraBits extra;
    private int pos;

    Panel(int[] lanes, short[] units, ExtraBits extra) {
      this.lanes = lanes;
      this.units = units;
      this.extra = extra;
    }

    void group(int first, int width, int count, Codes.Builder codes) {
      int rows = header.levels().rows().length;
      int[] band = new int[BAND * LANES];
      int[] column = new int[BAND];
      int[] states = new int[width];
      int[] levels = new int[width];
      for (int l = 0; l < width; l++) {
        levels[l] = header.levels().cols()[first + l];
      }
      for (int top = 0; top < rows; top += BAND) {
        int height = Math.min(BAND, rows - top);
        for (int r = 0; r < height; r++) {
          if ((top + r) % segmentRows == 0) {
            Arrays.fill(states, 0);
          }
          row(header.levels().rows()[top + r], width, levels, states, band, r * LANES);
          if (pos > count) {
            throw bad.apply("the lanes of column " + first + " end early");
          }
        }
        for (int l = 0; l < width; l++) {
          for (int r = 0; r < height; r++) {
            column[r] = band[r * LANES + l];
          }
          codes.column(first + l, top, column, height);
        }
      }
    }

    private void row(int ofRow, int width, int[] levels, int[] states, int[] to, int at) {
      int[] lanes = this.lanes;
      short[] units = this.units;
      int[] slots = PanelDecoder.this.slots;
      int[] tableAt = PanelDecoder.this.tableAt;
      int[] next = PanelDecoder.this.next;
      int[] levelsAt = PanelDecoder.this.levelsAt;
      int shift = header.shift();
      int p = pos;
      for (int l = 0; l < width; l++) {
        int x = lanes[l];
        int s = states[l];
        int slot = slots[tableAt[levelsAt[s] + ofRow + levels[l]] + (x & SLOT_MASK)];
        x = ((slot >>> Symbols.BITS) & SLOT_MASK) * (x >>> Frequencies.BITS) + (slot >>> START);
        // 1 if the lane needs another unit; without a branch, which could not be predicted.
        int needs = ((x >>> 16) - 1) >>> 31;
        x = x << (needs << 4) | (units[p] & 0xffff & -needs);
        p += needs;
        lanes[l] = x;
        int k = (slot & SYMBOL_MASK) - Symbols.ZERO;
        if (k < -Symbols.LARGEST || shift != 0) {
          k = whole(k, shift);
        }
        to[at + l] = k;
        states[l] = next[2 * s + (k & 1)];
      }
      pos = p;
    }

    /** A code of which the symbol is not all. */
    private int whole(int symbol, int shift) {
      long high = symbol;
      if (symbol < -Symbols.LARGEST) {
        boolean negative = extra.get(1) == 1;
        int beyond = extra.getGamma();
        if (beyond == 0) {
          throw bad.apply("an escape has no end");
        }
        high = (long) beyond + Symbols.LARGEST;
        high = negative ? -high : high;
      }
      long k = (high << shift) + extra.get(shift);
      if (Math.abs(k) > Codes.LARGEST) {
        throw bad.apply("a code is " + k);
      }
      return (int) k;
    }
  }
}
