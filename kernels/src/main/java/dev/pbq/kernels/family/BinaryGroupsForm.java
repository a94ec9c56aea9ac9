package dev.pbq.kernels.family;

import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.GroupLayout;
import dev.pbq.core.packed.GroupScales;
import dev.pbq.core.packed.RowColumnScales;
import dev.pbq.core.packed.ScaleVector;
import dev.pbq.kernels.form.Apart;
import dev.pbq.kernels.form.CodeTiles;
import dev.pbq.kernels.form.Runs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The layers of BiLLM and ARB-LLM as planes of bits. Within a block and a side, a weight is a
 * function of the few bits of its code: signs and class. Such a function is a sum over parities of
 * some of the bits, each with a coefficient (Walsh's transform), which for the usual layouts is 0
 * for most of them. Two classes with one plane of signs, which most weights have, are {@link
 * TwoClasses} instead.
 */
final class BinaryGroupsForm {
  /** Where in a code the class begins. */
  private static final int CLASS_BIT = 2;

  /** Coefficients below this share of the largest are rounding. */
  private static final double NOTHING = 1e-12;

  private final BinaryGroupsLinear linear;
  private final GroupLayout layout;
  private final Runs.Builder runs;
  private final TwoClasses two;

  /** The parameters of each group: what it is a coefficient of. */
  private final List<Parity> parities = new ArrayList<>();

  private BinaryGroupsForm(BinaryGroupsLinear linear) {
    this.linear = linear;
    layout = linear.layout();
    runs = new Runs.Builder(1, linear.cols());
    two = new TwoClasses(linear);
  }

  static Form of(BinaryGroupsLinear linear) {
    return new BinaryGroupsForm(linear).form();
  }

  /** A part of the weights of a side of a block, up to a factor for each column. */
  private interface Term {
    double value(int row, int code);
  }

  /**
   * The coefficient of the parity of some bits in a term.
   *
   * @param codes all codes of the side: all combinations of its bits
   */
  private record Parity(Term term, int[] codes, int bits) {
    double coefficient(int row) {
      double sum = 0;
      for (int code : codes) {
        double v = term.value(row, code);
        sum += Integer.bitCount(code & bits) % 2 == 0 ? v : -v;
      }
      return sum / codes.length;
    }
  }

  private Form form() {
    for (int b = 0; b < linear.blocks(); b++) {
      side(b, true);
      side(b, false);
    }
    Runs built = runs.build();
    int[] bits = new int[built.count()];
    for (int run = 0; run < bits.length; run++) {
      bits[run] = parities.get(built.group(run)).bits;
    }
    byte[] codes = linear.codes();
    int cols = linear.cols();
    CodeTiles tiles =
        CodeTiles.of(
            linear.rows(),
            parities.size(),
            built,
            (first, count) -> (r, run, c) -> Integer.bitCount(codes[r * cols + c] & bits[run]) & 1,
            GridForms.grid(
                (r, g) -> (float) (-2 * parities.get(g).coefficient(r)), (r, g) -> 0.5f));
    return new Form.Coded(tiles, two.tiles().map(List::<Apart>of).orElse(List.of()));
  }

  private void side(int block, boolean salient) {
    int from = block * linear.blockSize();
    int to = (int) Math.min(linear.cols(), from + (long) linear.blockSize());
    int[] columns =
        java.util.stream.IntStream.range(from, to)
            .filter(c -> linear.isSalient(c) == salient)
            .toArray();
    int classes = layout.classes(salient);
    if (columns.length == 0 || classes == 0) {
      return;
    }
    if (!salient && classes == 2) {
      two.add(block, columns);
      return;
    }
    List<GroupScales> scales = linear.scales().get(block).groups();
    GroupScales[] of = new GroupScales[classes];
    for (int k = 0; k < classes; k++) {
      of[k] = scales.get(layout.group(salient, k));
    }
    int classBits = 32 - Integer.numberOfLeadingZeros(classes - 1);
    int[] codes = codes(salient ? 3 : 1, classBits);
    if (layout.form() == GroupLayout.Form.ROW) {
      Term whole =
          (r, code) -> byClass(classes, code, k -> of[k].value(r, 0, 0, code & 1, code >> 1 & 1));
      add(columns, Optional.empty(), whole, codes);
    } else {
      plane(columns, from, of, classes, codes, 0);
      if (salient) {
        plane(columns, from, of, classes, codes, 1);
      }
    }
  }

  /**
   * One plane of signs with scales by row and column: one term where classes share the columns'.
   */
  private void plane(
      int[] columns, int from, GroupScales[] of, int classes, int[] codes, int plane) {
    boolean together = layout.sharedColumns();
    for (int k = 0; k < (together ? 1 : classes); k++) {
      int only = together ? -1 : k;
      RowColumnScales first = (RowColumnScales) of[k];
      ScaleVector q = plane == 0 ? first.colFirst() : first.colSecond().orElseThrow();
      float[] factors = new float[columns.length];
      for (int i = 0; i < factors.length; i++) {
        factors[i] = q.get(plane == 0 ? layout.firstColumn(columns[i] - from, i) : i);
      }
      Term term =
          (r, code) ->
              byClass(
                  classes,
                  code,
                  c -> {
                    RowColumnScales s = (RowColumnScales) of[c];
                    double v =
                        plane == 0 ? s.rowFirst().get(r) : s.rowSecond().orElseThrow().get(r);
                    return only >= 0 && only != c ? 0 : (code >> plane & 1) != 0 ? v : -v;
                  });
      add(columns, Optional.of(factors), term, codes);
    }
  }

  /** The value for a class. */
  private interface OfClass {
    double value(int k);
  }

  /** No weight is of a fourth class where there are three; this value needs the fewest planes. */
  private static double byClass(int classes, int code, OfClass of) {
    int k = code >> CLASS_BIT;
    return k < classes ? of.value(k) : of.value(1) + of.value(2) - of.value(0);
  }

  private static int[] codes(int signs, int classBits) {
    return java.util.stream.IntStream.range(0, 1 << (CLASS_BIT + classBits))
        .filter(code -> (code & 3 & ~signs) == 0)
        .toArray();
  }

  private void add(int[] columns, Optional<float[]> factors, Term term, int[] codes) {
    for (int bits : codes) {
      Parity parity = new Parity(term, codes, bits);
      if (matters(parity)) {
        int group = parities.size();
        parities.add(parity);
        if (bits == 0) {
          runs.addConstant(group, columns, factors);
        } else {
          runs.add(group, columns, factors);
        }
      }
    }
  }

  private boolean matters(Parity parity) {
    for (int r = 0; r < linear.rows(); r++) {
      double largest = 0;
      for (int code : parity.codes) {
        largest = Math.max(largest, Math.abs(parity.term.value(r, code)));
      }
      if (Math.abs(parity.coefficient(r)) > NOTHING * largest) {
        return true;
      }
    }
    return false;
  }
}
