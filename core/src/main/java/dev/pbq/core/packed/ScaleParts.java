package dev.pbq.core.packed;

import dev.pbq.core.packed.GroupLayout.Form;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/**
 * How the scales of a {@link BinaryGroupsLinear} are stored: each part holds one kind of vector,
 * those of block 0 in the order of its groups, then those of block 1. Vectors that groups share are
 * stored once.
 */
final class ScaleParts {
  private static final String MEAN = "mean";
  private static final String SCALE = "scale_";
  private static final String ROW = "row_";
  private static final String COL = "col_";

  private ScaleParts() {}

  /** Whether no part can be too large for an array. */
  static boolean fit(GroupLayout layout, int rows, int cols, int blockSize) {
    long entries = Math.max((long) Shapes.groups(cols, blockSize) * rows, cols);
    return entries * layout.groups() * ScaleGrid.BYTES <= Shapes.MAX_WEIGHTS;
  }

  /**
   * Bits of all parts.
   *
   * @param salientColumns how many columns are salient
   */
  static long bits(
      GroupLayout layout, ScaleFormat format, int rows, int cols, int blocks, int salientColumns) {
    long salient = layout.salientClasses();
    long groups = layout.groups();
    long rowVectors = groups + salient;
    long colVectors = 0;
    long colEntries = 0;
    if (layout.form() == Form.ROW) {
      rowVectors +=
          switch (layout.means()) {
            case EACH -> groups;
            case BLOCK -> 1;
            case NONE -> 0;
          };
    } else if (layout.sharedColumns()) {
      colVectors = salient > 0 ? 2 : 1;
      colEntries = (long) cols + salientColumns;
    } else {
      colVectors = groups + salient;
      colEntries =
          2 * salient * salientColumns + layout.otherClasses() * ((long) cols - salientColumns);
    }
    return format.bits(blocks * rowVectors, blocks * rowVectors * rows)
        + format.bits(blocks * colVectors, colEntries);
  }

  static void write(BinaryGroupsLinear linear, PackedWriter out) {
    GroupLayout layout = linear.layout();
    int salient = layout.salientClasses();
    int groups = layout.groups();
    int rows = linear.rows();
    int blocks = linear.scales().size();
    Writer parts = new Writer(linear, out);
    switch (layout.form()) {
      case ROW -> {
        Function<GroupScales, ScaleVector> mean = g -> ((RowScales) g).mean().orElseThrow();
        switch (layout.means()) {
          case EACH -> parts.put(MEAN, groups, mean, blocks, groups, rows);
          case BLOCK -> parts.put(MEAN, 1, mean, blocks, rows);
          case NONE -> {}
        }
        parts.put(SCALE + 1, groups, g -> ((RowScales) g).first(), blocks, groups, rows);
        if (salient > 0) {
          Function<GroupScales, ScaleVector> second = g -> ((RowScales) g).second().orElseThrow();
          parts.put(SCALE + 2, salient, second, blocks, salient, rows);
        }
      }
      case ROW_COLUMN -> {
        boolean shared = layout.sharedColumns();
        parts.put(ROW + 1, groups, g -> rc(g).rowFirst(), blocks, groups, rows);
        if (salient > 0) {
          parts.put(ROW + 2, salient, g -> rc(g).rowSecond().orElseThrow(), blocks, salient, rows);
        }
        parts.put(COL + 1, shared ? 1 : groups, g -> rc(g).colFirst());
        if (salient > 0) {
          parts.put(COL + 2, shared ? 1 : salient, g -> rc(g).colSecond().orElseThrow());
        }
      }
    }
  }

  private static RowColumnScales rc(GroupScales group) {
    return (RowColumnScales) group;
  }

  private record Writer(BinaryGroupsLinear linear, PackedWriter out) {
    /** Writes one vector of each of the first {@code groups} groups of every block. */
    void put(String part, int groups, Function<GroupScales, ScaleVector> vector, long... shape) {
      List<ScaleVector> vectors = new ArrayList<>();
      int entries = 0;
      for (BlockScales block : linear.scales()) {
        for (int g = 0; g < groups; g++) {
          ScaleVector v = vector.apply(block.groups().get(g));
          vectors.add(v);
          entries += v.length();
        }
      }
      DType dtype = linear.scaleFormat().dtype();
      ByteBuffer bytes =
          ByteBuffer.allocate(entries * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      vectors.forEach(v -> v.putEntries(bytes));
      out.tensor(part, dtype, shape.length == 0 ? new long[] {entries} : shape, bytes.array());
      if (linear.scaleFormat() == ScaleFormat.U8) {
        ByteBuffer grids =
            ByteBuffer.allocate(vectors.size() * (int) ScaleGrid.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        vectors.forEach(v -> grids.putFloat(v.grid().min()).putFloat(v.grid().max()));
        out.tensor(grid(part), DType.F32, new long[] {vectors.size(), 2}, grids.array());
      }
    }
  }

  /** Reads the scales of all blocks; {@link #fit} must have been asked before. */
  static List<BlockScales> read(
      PartReader in, GroupLayout layout, ScaleFormat format, ColumnSides sides, int rows) {
    Reader parts = new Reader(in, format);
    int blocks = sides.blocks();
    return switch (layout.form()) {
      case ROW -> readRows(parts, layout, blocks, rows);
      case ROW_COLUMN -> readRowColumns(parts, layout, sides, rows);
    };
  }

  private static List<BlockScales> readRows(
      Reader parts, GroupLayout layout, int blocks, int rows) {
    int groups = layout.groups();
    int salient = layout.salientClasses();
    boolean each = layout.means() == MeanSharing.EACH;
    ScaleVector[] mean =
        switch (layout.means()) {
          case EACH -> parts.get(MEAN, blocks * groups, i -> rows, blocks, groups, rows);
          case BLOCK -> parts.get(MEAN, blocks, i -> rows, blocks, rows);
          case NONE -> new ScaleVector[0];
        };
    ScaleVector[] first = parts.get(SCALE + 1, blocks * groups, i -> rows, blocks, groups, rows);
    ScaleVector[] second =
        salient == 0
            ? new ScaleVector[0]
            : parts.get(SCALE + 2, blocks * salient, i -> rows, blocks, salient, rows);
    List<BlockScales> scales = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      List<GroupScales> of = new ArrayList<>();
      for (int g = 0; g < groups; g++) {
        Optional<ScaleVector> mu =
            mean.length == 0 ? Optional.empty() : Optional.of(mean[each ? b * groups + g : b]);
        Optional<ScaleVector> a2 =
            layout.isSalient(g) ? Optional.of(second[b * salient + g]) : Optional.empty();
        of.add(new RowScales(mu, first[b * groups + g], a2));
      }
      scales.add(new BlockScales(of));
    }
    return scales;
  }

  private static List<BlockScales> readRowColumns(
      Reader parts, GroupLayout layout, ColumnSides sides, int rows) {
    int groups = layout.groups();
    int salient = layout.salientClasses();
    int blocks = sides.blocks();
    boolean shared = layout.sharedColumns();
    ScaleVector[] row1 = parts.get(ROW + 1, blocks * groups, i -> rows, blocks, groups, rows);
    ScaleVector[] row2 = new ScaleVector[0];
    ScaleVector[] col2 = new ScaleVector[0];
    int seconds = shared ? 1 : salient;
    if (salient > 0) {
      row2 = parts.get(ROW + 2, blocks * salient, i -> rows, blocks, salient, rows);
      long entries = (long) seconds * sides.salientCount();
      col2 = parts.get(COL + 2, blocks * seconds, i -> sides.count(i / seconds, true), entries);
    }
    ScaleVector[] col1;
    if (shared) {
      col1 = parts.get(COL + 1, blocks, b -> sides.to(b) - sides.from(b), sides.cols());
    } else {
      long entries =
          (long) salient * sides.salientCount()
              + (long) layout.otherClasses() * (sides.cols() - sides.salientCount());
      IntUnaryOperator length = i -> sides.count(i / groups, layout.isSalient(i % groups));
      col1 = parts.get(COL + 1, blocks * groups, length, entries);
    }
    List<BlockScales> scales = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      List<GroupScales> of = new ArrayList<>();
      for (int g = 0; g < groups; g++) {
        boolean two = layout.isSalient(g);
        of.add(
            new RowColumnScales(
                row1[b * groups + g],
                col1[shared ? b : b * groups + g],
                two ? Optional.of(row2[b * salient + g]) : Optional.empty(),
                two ? Optional.of(col2[shared ? b : b * salient + g]) : Optional.empty()));
      }
      scales.add(new BlockScales(of));
    }
    return scales;
  }

  private record Reader(PartReader in, ScaleFormat format) {
    /** The vectors of a part, the lengths of which make up its shape. */
    ScaleVector[] get(String part, int count, IntUnaryOperator length, long... shape) {
      return switch (format) {
        case F16 -> floats(in.floats(part, ScaleDtype.F16, shape), count, length);
        case F32 -> floats(in.floats(part, ScaleDtype.F32, shape), count, length);
        case U8 -> {
          byte[] codes = in.tensor(part, DType.U8, shape);
          ByteBuffer grids =
              ByteBuffer.wrap(in.tensor(grid(part), DType.F32, count, 2))
                  .order(ByteOrder.LITTLE_ENDIAN);
          ScaleVector[] vectors = new ScaleVector[count];
          for (int i = 0, at = 0; i < count; i++) {
            float min = grids.getFloat();
            float max = grids.getFloat();
            if (!ScaleGrid.isValid(min, max)) {
              throw in.bad(grid(part), "entry " + i + " is a grid from " + min + " to " + max);
            }
            byte[] of = new byte[length.applyAsInt(i)];
            System.arraycopy(codes, at, of, 0, of.length);
            at += of.length;
            vectors[i] = ScaleVector.ofCodes(of, new ScaleGrid(min, max));
          }
          yield vectors;
        }
      };
    }

    private ScaleVector[] floats(float[] all, int count, IntUnaryOperator length) {
      ScaleVector[] vectors = new ScaleVector[count];
      for (int i = 0, at = 0; i < count; i++) {
        float[] of = new float[length.applyAsInt(i)];
        System.arraycopy(all, at, of, 0, of.length);
        at += of.length;
        vectors[i] = ScaleVector.ofRounded(format, of);
      }
      return vectors;
    }
  }

  /** The part with the grids of the vectors of a part. */
  private static String grid(String part) {
    return part + "_grid";
  }
}
