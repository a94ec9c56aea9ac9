package dev.pbq.kernels.family;

import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.GroupLayout;
import dev.pbq.core.packed.GroupScales;
import dev.pbq.core.packed.RowColumnScales;
import dev.pbq.core.packed.RowScales;
import dev.pbq.core.packed.ScaleVector;
import dev.pbq.kernels.form.SignRuns;
import dev.pbq.kernels.form.SignTiles;
import dev.pbq.kernels.lanes.Lanes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Those columns of a layer of BiLLM or ARB-LLM whose weights have one sign and two classes. */
final class TwoClasses implements SignTiles.Source {
  /** Where in a code the class is. */
  private static final int CLASS_BIT = 2;

  private final BinaryGroupsLinear linear;
  private final GroupLayout layout;
  private final List<SignRuns.Run> runs = new ArrayList<>();

  /** The block of each run. */
  private final List<Integer> blocks = new ArrayList<>();

  TwoClasses(BinaryGroupsLinear linear) {
    this.linear = linear;
    layout = linear.layout();
  }

  /** Adds columns that are not salient. */
  void add(int block, int[] columns) {
    int done = 0;
    for (int[] some : Columns.cut(columns)) {
      Optional<float[][]> factors = Optional.empty();
      if (layout.form() == GroupLayout.Form.ROW_COLUMN) {
        int from = block * linear.blockSize();
        float[][] of = new float[2][some.length];
        for (int k = 0; k < 2; k++) {
          ScaleVector q = ((RowColumnScales) scales(block, k)).colFirst();
          for (int i = 0; i < some.length; i++) {
            of[k][i] = q.get(layout.firstColumn(some[i] - from, done + i));
          }
        }
        factors = Optional.of(of);
      }
      runs.add(new SignRuns.Run(some, factors));
      blocks.add(block);
      done += some.length;
    }
  }

  private GroupScales scales(int block, int classOf) {
    return linear.scales().get(block).groups().get(layout.group(false, classOf));
  }

  /** All columns that were added, if any. */
  Optional<SignTiles> tiles() {
    if (runs.isEmpty()) {
      return Optional.empty();
    }
    Lanes.Sums sums =
        layout.means() == GroupLayout.MeanSharing.NONE ? Lanes.Sums.BOTH : Lanes.Sums.ALL;
    return Optional.of(SignTiles.of(linear.rows(), new SignRuns(linear.cols(), sums, runs), this));
  }

  @Override
  public int code(int row, int column) {
    int code = linear.codes()[row * linear.cols() + column];
    return (code & 1) == 0 ? 2 | code >> CLASS_BIT : code >> CLASS_BIT;
  }

  @Override
  public float scale(int row, int run, int classOf) {
    GroupScales of = scales(blocks.get(run), classOf);
    return of instanceof RowScales rows
        ? rows.first().get(row)
        : ((RowColumnScales) of).rowFirst().get(row);
  }

  @Override
  public float mean(int row, int run, int classOf) {
    return scales(blocks.get(run), classOf) instanceof RowScales rows
        ? rows.mean().map(m -> m.get(row)).orElse(0f)
        : 0;
  }
}
