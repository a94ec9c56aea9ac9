package dev.pbq.train.tune;

import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.BlockScales;
import dev.pbq.core.packed.GroupScales;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.RowColumnScales;
import dev.pbq.core.packed.RowScales;
import dev.pbq.core.packed.ScaleVector;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * BiLLM and ARB-LLM: means and scales of rows, or scales of rows and columns, are tuned, block by
 * block and group by group; a vector that groups share is one vector.
 */
final class TunedBinaryGroups extends TunedLinear {
  private static final int CLASS_BIT = 2;

  private final String name;
  private final BinaryGroupsLinear start;
  private final IdentityHashMap<ScaleVector, TunedVector> tuned = new IdentityHashMap<>();
  private final List<TunedVector> all = new ArrayList<>();

  TunedBinaryGroups(String name, BinaryGroupsLinear start) {
    super(name, start);
    this.name = name;
    this.start = start;
    for (BlockScales block : start.scales()) {
      block.groups().forEach(this::add);
    }
  }

  private void add(GroupScales group) {
    if (group instanceof RowScales s) {
      scales(s.first());
      s.second().ifPresent(this::scales);
      s.mean().ifPresent(m -> offsets(m, s.first()));
    } else if (group instanceof RowColumnScales s) {
      scales(s.rowFirst());
      scales(s.colFirst());
      s.rowSecond().ifPresent(this::scales);
      s.colSecond().ifPresent(this::scales);
    }
  }

  private void scales(ScaleVector vector) {
    if (!tuned.containsKey(vector)) {
      put(vector, TunedVector.scales(name + ".scales." + all.size(), vector.values()));
    }
  }

  private void offsets(ScaleVector mean, ScaleVector unit) {
    if (!tuned.containsKey(mean)) {
      String of = name + ".means." + all.size();
      put(mean, TunedVector.offsets(of, mean.values(), unit.values()));
    }
  }

  private void put(ScaleVector vector, TunedVector made) {
    tuned.put(vector, made);
    all.add(made);
  }

  @Override
  List<TunedVector> vectors() {
    return all;
  }

  @Override
  QuantizedLinear rebuild() {
    IdentityHashMap<ScaleVector, ScaleVector> made = new IdentityHashMap<>();
    tuned.forEach((vector, changed) -> made.put(vector, stored(changed)));
    List<BlockScales> scales = new ArrayList<>();
    for (BlockScales block : start.scales()) {
      scales.add(
          new BlockScales(block.groups().stream().map(group -> rebuilt(group, made)).toList()));
    }
    return new BinaryGroupsLinear(
        start.rows(),
        start.cols(),
        start.blockSize(),
        start.layout(),
        start.scaleFormat(),
        start.bitmapCoding(),
        start.salientColumns(),
        start.codes(),
        scales);
  }

  private ScaleVector stored(TunedVector vector) {
    double[] values = new double[vector.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = vector.value(i);
    }
    return ScaleVector.store(start.scaleFormat(), values, name);
  }

  private static GroupScales rebuilt(
      GroupScales group, IdentityHashMap<ScaleVector, ScaleVector> made) {
    if (group instanceof RowScales s) {
      return new RowScales(s.mean().map(made::get), made.get(s.first()), s.second().map(made::get));
    }
    RowColumnScales s = (RowColumnScales) group;
    return new RowColumnScales(
        made.get(s.rowFirst()),
        made.get(s.colFirst()),
        s.rowSecond().map(made::get),
        s.colSecond().map(made::get));
  }

  @Override
  void addDerivatives(float[] gradient) {
    int size = start.blockSize();
    for (int block = 0; block < start.blocks(); block++) {
      int from = block * size;
      int to = Math.min(start.cols(), from + size);
      List<Vectors> groups = start.scales().get(block).groups().stream().map(this::of).toList();
      Map<Boolean, Integer> seen = new LinkedHashMap<>(Map.of(true, 0, false, 0));
      for (int c = from; c < to; c++) {
        boolean salient = start.isSalient(c);
        int ofSide = seen.merge(salient, 1, Integer::sum) - 1;
        int first = start.layout().firstColumn(c - from, ofSide);
        for (int r = 0; r < start.rows(); r++) {
          int i = r * start.cols() + c;
          int code = start.codes()[i] & 0xff;
          int group = start.layout().group(salient, code >> CLASS_BIT);
          double d = gradient[i];
          groups
              .get(group)
              .add(r, first, ofSide, d, (code & 1) == 0 ? -d : d, (code & 2) == 0 ? -d : d);
        }
      }
    }
  }

  private Vectors of(GroupScales group) {
    if (group instanceof RowScales s) {
      return new Vectors(
          s.mean().map(tuned::get),
          tuned.get(s.first()),
          Optional.empty(),
          s.second().map(tuned::get),
          Optional.empty());
    }
    RowColumnScales s = (RowColumnScales) group;
    return new Vectors(
        Optional.empty(),
        tuned.get(s.rowFirst()),
        Optional.of(tuned.get(s.colFirst())),
        s.rowSecond().map(tuned::get),
        s.colSecond().map(tuned::get));
  }

  /** The vectors of one group. */
  private record Vectors(
      Optional<TunedVector> mean,
      TunedVector first,
      Optional<TunedVector> firstColumns,
      Optional<TunedVector> second,
      Optional<TunedVector> secondColumns) {
    /**
     * Derivatives of one weight: {@code d} is that of the weight, {@code one} and {@code two} have
     * the signs of the planes.
     */
    void add(int row, int firstColumn, int secondColumn, double d, double one, double two) {
      if (mean.isPresent()) {
        mean.get().add(row, d);
      }
      plane(first, firstColumns, row, firstColumn, one);
      if (second.isPresent()) {
        plane(second.get(), secondColumns, row, secondColumn, two);
      }
    }

    private static void plane(
        TunedVector rows, Optional<TunedVector> columns, int row, int column, double signed) {
      if (columns.isEmpty()) {
        rows.add(row, signed);
        return;
      }
      rows.add(row, signed * columns.get().value(column));
      columns.get().add(column, signed * rows.value(row));
    }
  }
}
