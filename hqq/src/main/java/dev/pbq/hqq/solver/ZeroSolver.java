package dev.pbq.hqq.solver;

import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;
import java.util.Optional;

/**
 * The half-quadratic solver: refines the zero points of all groups with their scales frozen. Groups
 * depend on each other only through the end of the search, which one error over the whole matrix
 * decides. So every tile runs some iterations ahead and records its zero points and errors; the
 * errors of all tiles then tell which iteration was the last.
 */
public final class ZeroSolver {
  /** Zero points that the traces of a batch of iterations may hold, about. */
  private static final long TRACE = 1L << 26;

  /** Tiles whose traces one task follows. */
  private static final int TRACES = 256;

  private static final int SHORTEST_BATCH = 4;
  private static final int LONGEST_BATCH = 32;

  private final float[] w;
  private final FlatGroups groups;
  private final int maxCode;
  private final SolverOptions options;

  /**
   * @param w the weights, row-major, finite
   * @param groups their size must divide the number of weights
   * @param maxCode the largest code
   */
  public ZeroSolver(float[] w, FlatGroups groups, int maxCode, SolverOptions options) {
    this.w = w;
    this.groups = groups;
    this.maxCode = maxCode;
    this.options = options;
  }

  /** Finds what the solver begins with. */
  public interface Beginning {
    /**
     * Fills inverse scales and zero points of groups {@code from .. to - 1}, whose limits are
     * known.
     */
    void of(int from, int to);
  }

  /**
   * Solves.
   *
   * @param ranges limits of the groups
   * @param s inverse scales
   * @param start zero points to begin with
   */
  public Solution solve(Ranges ranges, float[] s, float[] start) {
    return solve(ranges, s, start, Optional.empty());
  }

  /**
   * Measures and solves in one pass over the weights. Weights that are not finite are left to the
   * caller to find in {@code ranges}.
   *
   * @param ranges is filled with the limits of the groups
   * @param s inverse scales, filled by {@code beginning}
   * @param start zero points to begin with, filled by {@code beginning}
   * @param beginning called once for every group, by several threads
   */
  public Solution solve(Ranges ranges, float[] s, float[] start, Beginning beginning) {
    return solve(ranges, s, start, Optional.of(beginning));
  }

  private Solution solve(Ranges ranges, float[] s, float[] start, Optional<Beginning> beginning) {
    float[] errors = new float[options.iters()];
    float best = options.firstBest();
    // The zero points before the last iteration of all are the result of V2 alone.
    boolean back = options.kind() == SolverKind.V2;
    float[] zero = start;
    float[] previous = start;
    int batch = (int) Math.max(SHORTEST_BATCH, Math.min(LONGEST_BATCH, TRACE / s.length));
    for (int from = 0; from < options.iters(); from += batch) {
      int count = Math.min(batch, options.iters() - from);
      TileTrace[] traces =
          run(ranges, s, zero, from, count, from == 0 ? beginning : Optional.empty());
      for (int i = 0; i < count; i++) {
        errors[from + i] = error(traces, i);
        if (options.earlyStop() && !improves(best, errors[from + i])) {
          float[] last = back && i == 0 ? previous : zeros(traces, zero, back ? i - 1 : i + 1);
          return new Solution(last, Arrays.copyOf(errors, from + i + 1));
        }
        best = errors[from + i];
      }
      previous = back ? zeros(traces, zero, count - 1) : zero;
      zero = zeros(traces, zero, count);
    }
    return new Solution(zero, errors);
  }

  private boolean improves(float best, float error) {
    return options.kind() == SolverKind.V2 ? best - error > options.tolerance() : error < best;
  }

  private TileTrace[] run(
      Ranges ranges, float[] s, float[] zero, int from, int count, Optional<Beginning> beginning) {
    TileTrace[] traces = new TileTrace[GroupTile.count(groups, w.length)];
    Tiles.forEach(
        w,
        groups,
        tile -> {
          TileSolver solver = new TileSolver(tile, maxCode, options, ranges, s, zero);
          return index -> {
            beginning.ifPresent(
                b -> {
                  ranges.measure(tile);
                  b.of(tile.first(), tile.first() + tile.lanes());
                });
            traces[index] = solver.run(from, count);
          };
        });
    return traces;
  }

  /** The reference takes the mean in float32, and stops when it no longer changes there. */
  private float error(TileTrace[] traces, int iteration) {
    double sum = 0;
    for (TileTrace trace : traces) {
      sum += trace.errors()[iteration];
    }
    return (float) (sum / w.length);
  }

  private float[] zeros(TileTrace[] traces, float[] start, int iterations) {
    if (iterations == 0) {
      return start;
    }
    float[] zero = start.clone();
    int lanes = GroupTile.lanes(groups, w.length);
    Parallel.forEachRange(
        traces.length,
        TRACES,
        (from, to) -> {
          for (int t = from; t < to; t++) {
            traces[t].apply(zero, t * lanes, iterations);
          }
        });
    return zero;
  }
}
