package dev.pbq.core.entropy;

import dev.pbq.core.PbqException;
import java.util.function.Function;

/**
 * A coder without any table, for small matrices: a binary range coder whose probabilities follow
 * what has been coded. One weight after the other, column by column, so it has no parallel form.
 * The bytes are specified in {@code docs/format.md}.
 */
final class AdaptiveCoder implements CodeCoder {
  @Override
  public byte[] encode(Codes codes, Trellis trellis, int segmentRows) {
    BitEncoder out = new BitEncoder();
    AdaptiveModel model = new AdaptiveModel(out, codes.rows());
    TrellisWalk walk = new TrellisWalk(trellis, segmentRows);
    int[] column = new int[codes.rows()];
    for (int c = 0; c < codes.cols(); c++) {
      codes.column(c, 0, column);
      run(model, walk, column);
    }
    return out.finish();
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
    BitDecoder in = new BitDecoder(stored, 0, stored.length);
    AdaptiveModel model = new AdaptiveModel(in, rows);
    Codes.Builder codes = new Codes.Builder(rows, cols);
    TrellisWalk walk = new TrellisWalk(trellis, segmentRows);
    int[] column = new int[rows];
    for (int c = 0; c < cols; c++) {
      run(model, walk, column);
      for (int r = 0; r < rows; r++) {
        if (Math.abs(column[r]) > Codes.LARGEST) {
          throw bad.apply("code [" + r + ", " + c + "] is " + column[r]);
        }
      }
      if (in.isBeyondEnd()) {
        throw bad.apply("ends in column " + c);
      }
      codes.column(c, 0, column, rows);
    }
    if (!in.isAtEnd()) {
      throw bad.apply("bytes are left over");
    }
    return codes.build();
  }

  /** Codes a column; a decoder fills the array. */
  private static void run(AdaptiveModel model, TrellisWalk walk, int[] column) {
    model.nextColumn();
    walk.restart();
    for (int r = 0; r < column.length; r++) {
      column[r] = model.code(walk.quantizer(), column[r]);
      walk.advance(column[r]);
    }
  }
}
