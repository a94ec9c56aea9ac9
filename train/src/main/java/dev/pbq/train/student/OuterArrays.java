package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.LoadedRows;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.train.layer.StoredVector;
import java.util.Arrays;
import java.util.List;

/**
 * A student's embedding and vocabulary. Where they are trained, an embedding is made anew of each
 * step's values; gradients of the table's rows are added up on the host, together with those of a
 * head that is tied to it. Where they are not, this is an embedding like any other.
 */
final class OuterArrays implements AutoCloseable {
  private final NDManager owner;
  private final TransformerModel model;
  private final WeightSource current;
  private final TrainedWeights trained;
  private final List<LoadedRows> vocabulary;
  private final String table;
  // Of the rows that were looked up since gradients were taken; empty if the table is not trained.
  private final float[] tableGradient;
  private TokenEmbedding embedding;
  private List<LoadedRows> loaded = List.of();

  /**
   * Loads an embedding.
   *
   * @param owner of its arrays
   * @param vocabulary arrays of a head that hold the vocabulary's weight; none for a classifier
   */
  OuterArrays(
      NDManager owner,
      TransformerModel model,
      WeightSource weights,
      TrainedWeights trained,
      List<LoadedRows> vocabulary) {
    this.owner = owner;
    this.model = model;
    this.current = new CurrentWeights(weights, trained);
    this.trained = trained;
    this.vocabulary = trainedOf(vocabulary);
    this.table = model.layout().outer().embedding() + ".weight";
    StoredVector rows = trained.vectors().get(table);
    this.tableGradient = new float[rows == null ? 0 : rows.parameter().values().length];
    this.embedding = model.embedding(owner, current);
    this.vocabulary.forEach(rowsOfHead -> rowsOfHead.array().setRequiresGradient(true));
    watch();
    writeVocabulary();
  }

  private List<LoadedRows> trainedOf(List<LoadedRows> rows) {
    return rows.stream().filter(r -> trained.vectors().containsKey(r.tensor())).toList();
  }

  private void watch() {
    loaded = isTrained() ? trainedOf(embedding.weights()) : List.of();
    loaded.forEach(rows -> rows.array().setRequiresGradient(true));
  }

  /** Whether gradients with respect to the embedding are needed. */
  boolean isTrained() {
    return tableGradient.length > 0;
  }

  /** Whether an array is one of the vocabulary's, which this object takes care of. */
  boolean holds(NDArray array) {
    return vocabulary.stream().anyMatch(rows -> rows.array() == array);
  }

  /** Takes the current values into use. */
  void refresh() {
    if (isTrained()) {
      embedding.close();
      embedding = model.embedding(owner, current);
      watch();
    }
    writeVocabulary();
  }

  private void writeVocabulary() {
    for (LoadedRows rows : vocabulary) {
      StoredVector vector = trained.vectors().get(rows.tensor());
      int from = rows.first() * vector.cols();
      EngineFloats.write(
          rows.array(),
          buffer -> {
            for (int i = 0; i < buffer.capacity(); i++) {
              buffer.put(i, vector.used(from + i));
            }
          });
    }
  }

  /** Embeds without gradients. */
  NDArray embed(NDManager manager, int[][] ids) {
    return embedding.embed(manager, ids);
  }

  /**
   * The rows of the table that a batch looks up, [sequences, tokens, width], of which gradients are
   * asked for if the table is trained.
   */
  NDArray rows(NDManager manager, int[][] ids) {
    NDArray rows = embedding.rows(manager, ids);
    rows.setRequiresGradient(isTrained());
    return rows;
  }

  /** What the first block reads, recorded. */
  NDArray record(NDArray rows) {
    return embedding.record(rows);
  }

  /** After the backward pass: adds the gradients of the rows to those of the table. */
  void collect(NDArray rows, int[][] ids) {
    if (!isTrained()) {
      return;
    }
    int width = Math.toIntExact(rows.getShape().get(2));
    try (NDArray array = rows.getGradient()) {
      float[] gradient = EngineFloats.take(array);
      int at = 0;
      for (int[] sequence : ids) {
        for (int id : sequence) {
          for (int i = 0; i < width; i++) {
            tableGradient[id * width + i] += gradient[at++];
          }
        }
      }
    }
  }

  /** Sets the gradients of what is trained here from all batches since the last call. */
  void takeGradients() {
    if (isTrained()) {
      float[] gradient = trained.vectors().get(table).parameter().gradient();
      System.arraycopy(tableGradient, 0, gradient, 0, gradient.length);
      Arrays.fill(tableGradient, 0);
    }
    loaded.forEach(this::clear);
    vocabulary.stream().filter(rows -> !rows.tensor().equals(table)).forEach(this::clear);
    loaded.forEach(this::add);
    vocabulary.forEach(this::add);
  }

  private void clear(LoadedRows rows) {
    Arrays.fill(trained.vectors().get(rows.tensor()).parameter().gradient(), 0);
  }

  private void add(LoadedRows rows) {
    StoredVector vector = trained.vectors().get(rows.tensor());
    float[] sum = vector.parameter().gradient();
    int from = rows.first() * Math.max(1, vector.cols());
    try (NDArray array = rows.array().getGradient()) {
      float[] gradient = EngineFloats.take(array);
      for (int i = 0; i < gradient.length; i++) {
        sum[from + i] += gradient[i];
      }
    }
  }

  @Override
  public void close() {
    embedding.close();
  }
}
