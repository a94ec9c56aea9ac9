package dev.pbq.export.gguf;

import dev.pbq.export.gguf.family.FileTensor;

/**
 * A tensor of the file.
 *
 * @param tensor what it consists of
 * @param type how it is stored
 * @param fill how its values get there
 */
record PlannedTensor(FileTensor tensor, GgufType type, Fill fill) {
  /** Its name in the file. */
  String name() {
    return tensor.name();
  }

  /** The name of what it comes from, in the source: of several the first. */
  String source() {
    return tensor.pieces().get(0).source();
  }

  /** Bytes of its data. */
  long bytes() {
    return tensor.values() / type.blockSize() * type.blockBytes();
  }

  @Override
  public String toString() {
    return name() + " " + type + tensor.dims();
  }
}
