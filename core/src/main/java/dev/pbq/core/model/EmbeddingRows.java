package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;

/**
 * The rows of an embedding table, in main memory where the table is small, else read one by one
 * from the checkpoint.
 */
final class EmbeddingRows {
  private final String name;
  private final WeightSource weights;
  private final int vocabulary;
  private final int width;
  // The table up to its padding, or null if rows are read as they are asked for.
  private final float[] table;

  private EmbeddingRows(
      String name, WeightSource weights, int vocabulary, int width, float[] table) {
    this.name = name;
    this.weights = weights;
    this.vocabulary = vocabulary;
    this.width = width;
    this.table = table;
  }

  /**
   * The rows of the tensor {@code name}.
   *
   * @param tableBytes tables up to this size are kept in memory
   */
  static EmbeddingRows of(WeightLoader loader, WeightSource weights, String name, long tableBytes) {
    long[] shape = loader.checkedShape(name);
    int vocabulary = Math.toIntExact(shape[0]);
    int width = Math.toIntExact(shape[1]);
    long rows = Math.min(vocabulary, weights.soundRows(name));
    float[] table = null;
    if (rows > 0 && rows * width * Float.BYTES <= tableBytes) {
      try (NDArray array = loader.loadRows(name, 0, rows)) {
        table = array.toFloatArray();
      }
    }
    return new EmbeddingRows(name, weights, vocabulary, width, table);
  }

  int width() {
    return width;
  }

  /**
   * Writes the rows of {@code ids} one after the other.
   *
   * @throws PbqException BAD_DATA if an id is outside the vocabulary, NUMERICAL if a row is not
   *     finite
   */
  void gather(int[] ids, FloatBuffer destination) {
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw PbqException.badData(
            "token id " + id + " is outside the vocabulary of " + vocabulary + " tokens");
      }
      if (table != null && (id + 1L) * width <= table.length) {
        destination.put(table, id * width, width);
      } else {
        read(id, destination);
      }
    }
  }

  private void read(int id, FloatBuffer destination) {
    int start = destination.position();
    weights.readRows(name, id, 1, destination);
    for (int i = 0; i < width; i++) {
      float value = destination.get(start + i);
      if (!Float.isFinite(value)) {
        throw PbqException.numerical(
            "tensor " + name + " holds " + value + " at [" + id + ", " + i + "]");
      }
    }
  }
}
