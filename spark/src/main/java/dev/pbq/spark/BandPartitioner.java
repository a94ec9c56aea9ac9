package dev.pbq.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.Partitioner;

/** A partition for each band of each input. */
final class BandPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int[] offsets;

  BandPartitioner(PassPlan pass) {
    List<Integer> starts = new ArrayList<>();
    int next = 0;
    for (PassPlan.Input input : pass.inputs()) {
      starts.add(next);
      next += input.bands();
    }
    starts.add(next);
    this.offsets = starts.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public int numPartitions() {
    return offsets[offsets.length - 1];
  }

  @Override
  public int getPartition(Object key) {
    SliceKey slice = (SliceKey) key;
    return offsets[slice.input()] + slice.band();
  }
}
