package dev.pbq.spark;

import org.apache.spark.Partitioner;

/** Keys are indices of partitions. */
final class IndexPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int partitions;

  IndexPartitioner(int partitions) {
    this.partitions = partitions;
  }

  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  public int getPartition(Object key) {
    return (Integer) key;
  }
}
