package dev.pbq.export.gguf;

import java.util.Arrays;

/**
 * A tensor of the file.
 *
 * @param source its name in the source
 * @param name its name in the file
 * @param dims dimensions, outermost first
 * @param heads how many heads' rows are put in the order of interleaved rotary pairs; 0 for none
 * @param type how it is stored
 * @param fill how its values get there
 */
record PlannedTensor(String source, String name, long[] dims, int heads, GgufType type, Fill fill) {

  /** The length of the innermost dimension. */
  int cols() {
    return Math.toIntExact(dims[dims.length - 1]);
  }

  /** 1 for a vector. */
  int rows() {
    return dims.length == 1 ? 1 : Math.toIntExact(dims[0]);
  }

  /** Bytes of its data. */
  long bytes() {
    return (long) rows() * type.rowBytes(cols());
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof PlannedTensor p
        && p.source.equals(source)
        && p.name.equals(name)
        && Arrays.equals(p.dims, dims)
        && p.heads == heads
        && p.type == type
        && p.fill == fill;
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name + " " + type + Arrays.toString(dims);
  }
}
