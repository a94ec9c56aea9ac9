package dev.pbq.arb;

import dev.pbq.arb.fit.FittedBlock;
import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.RowColumnFit;
import dev.pbq.arb.fit.RowFit;
import dev.pbq.arb.fit.SignPlanes;
import dev.pbq.core.packed.BlockScales;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.packed.GroupScales;
import dev.pbq.core.packed.RowColumnScales;
import dev.pbq.core.packed.RowScales;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.packed.ScaleVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Rounds the parameters of a block to what is stored. Negative scales are made positive first,
 * their signs turned: that changes no value, and all scales of a vector then have one sign.
 */
final class ScaleRounding {
  /**
   * A block with rounded parameters.
   *
   * @param block the parameters as read back
   * @param scales the same as they are stored
   */
  record Rounded(FittedBlock block, BlockScales scales) {}

  private final String layer;
  private final ScaleFormat format;
  private final MeanSharing sharing;

  private final boolean sharedColumns;

  /**
   * How parameters are stored.
   *
   * @param layer for messages
   * @param sharing which groups have the same mean
   * @param sharedColumns whether all groups have the same column scales
   */
  ScaleRounding(String layer, ScaleFormat format, MeanSharing sharing, boolean sharedColumns) {
    this.sharedColumns = sharedColumns;
    this.layer = layer;
    this.format = format;
    this.sharing = sharing;
  }

  Rounded round(FittedBlock block) {
    SignPlanes signs = new SignPlanes(block.rows(), block.cols());
    byte[] first = signs.first();
    byte[] second = signs.second();
    System.arraycopy(block.signs().first(), 0, first, 0, first.length);
    System.arraycopy(block.signs().second(), 0, second, 0, second.length);
    turn(block, first, second);

    List<GroupScales> scales = new ArrayList<>();
    List<GroupFit> fits = new ArrayList<>();
    Optional<ScaleVector> shared = Optional.empty();
    Optional<ScaleVector> q1 = Optional.empty();
    Optional<ScaleVector> q2 = Optional.empty();
    for (int g = 0; g < block.fits().size(); g++) {
      if (block.fits().get(g) instanceof RowFit f) {
        if (sharing == MeanSharing.EACH || (sharing == MeanSharing.BLOCK && g == 0)) {
          shared = Optional.of(encode(f.mu()));
        }
        RowScales s =
            new RowScales(
                shared,
                encode(magnitudes(f.a1())),
                f.a2() == null ? Optional.empty() : Optional.of(encode(magnitudes(f.a2()))));
        scales.add(s);
        fits.add(
            new RowFit(
                shared.map(ScaleRounding::decode).orElseGet(() -> new double[block.rows()]),
                decode(s.first()),
                s.second().map(ScaleRounding::decode).orElse(null)));
      } else if (block.fits().get(g) instanceof RowColumnFit f) {
        int[] columns = columns(block, g < block.salientClasses());
        int[] firstColumns = sharedColumns ? allColumns(block) : columns;
        if (q1.isEmpty() || !sharedColumns) {
          q1 = Optional.of(encode(magnitudes(pick(f.q1(), firstColumns))));
        }
        if (f.q2() == null) {
          q2 = Optional.empty();
        } else if (q2.isEmpty() || !sharedColumns) {
          q2 = Optional.of(encode(magnitudes(pick(f.q2(), columns))));
        }
        RowColumnScales s =
            new RowColumnScales(
                encode(magnitudes(f.r1())),
                q1.get(),
                f.r2() == null ? Optional.empty() : Optional.of(encode(magnitudes(f.r2()))),
                q2);
        scales.add(s);
        fits.add(
            new RowColumnFit(
                decode(s.rowFirst()),
                spread(s.colFirst(), firstColumns, block.cols()),
                s.rowSecond().map(ScaleRounding::decode).orElse(null),
                s.colSecond().map(q -> spread(q, columns, block.cols())).orElse(null)));
      } else {
        throw new IllegalStateException("no way to store " + block.fits().get(g));
      }
    }
    return new Rounded(
        new FittedBlock(
            block.groups(), block.salientColumns(), block.salientClasses(), signs, fits),
        new BlockScales(scales));
  }

  /** Turns the signs of weights whose scale is negative. */
  private static void turn(FittedBlock block, byte[] first, byte[] second) {
    int cols = block.cols();
    byte[] of = block.groups().of();
    for (int i = 0; i < of.length; i++) {
      int row = i / cols;
      int col = i % cols;
      GroupFit fit = block.fits().get(of[i]);
      first[i] ^= (byte) (fit.isNegative(0, row, col) ? 1 : 0);
      second[i] ^= (byte) (fit.isNegative(1, row, col) ? 1 : 0);
    }
  }

  private static int[] allColumns(FittedBlock block) {
    return IntStream.range(0, block.cols()).toArray();
  }

  private static int[] columns(FittedBlock block, boolean salient) {
    int[] columns = new int[block.cols()];
    int count = 0;
    for (int c = 0; c < columns.length; c++) {
      if (block.salientColumns()[c] == salient) {
        columns[count++] = c;
      }
    }
    return Arrays.copyOf(columns, count);
  }

  private static double[] pick(double[] values, int[] columns) {
    double[] picked = new double[columns.length];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = values[columns[i]];
    }
    return picked;
  }

  private static double[] spread(ScaleVector vector, int[] columns, int width) {
    double[] values = new double[width];
    for (int i = 0; i < columns.length; i++) {
      values[columns[i]] = vector.get(i);
    }
    return values;
  }

  private static double[] magnitudes(double[] values) {
    double[] magnitudes = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      magnitudes[i] = Math.abs(values[i]);
    }
    return magnitudes;
  }

  private ScaleVector encode(double[] values) {
    return ScaleVector.store(format, values, layer);
  }

  private static double[] decode(ScaleVector vector) {
    double[] values = new double[vector.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = vector.get(i);
    }
    return values;
  }
}
