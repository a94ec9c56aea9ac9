package dev.pbq.export.gguf.model;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.FileWeights;
import dev.pbq.core.checkpoint.ModelFileFormat;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.export.gguf.file.GgmlType;
import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.model.FileArchitecture.Habit;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The weights in a GGUF file under the names of the model. */
final class GgufWeights implements FileWeights {
  private static final int CHUNK_ELEMENTS = 1 << 20;
  private static final String WEIGHT = ".weight";

  private final GgufFile file;
  private final ModelFileFormat format;
  private final boolean ownLinears;
  private final Map<String, TensorView> views;

  /**
   * @param file owned by this object
   */
  GgufWeights(GgufFile file, ModelFileFormat format, FileArchitecture architecture) {
    this.file = file;
    this.format = format;
    this.ownLinears = architecture.has(Habit.OWN_LINEARS);
    this.views = TensorViews.of(file, architecture);
  }

  @Override
  public Path file() {
    return file.path();
  }

  @Override
  public ModelFileFormat format() {
    return format;
  }

  @Override
  public List<String> names() {
    return List.copyOf(views.keySet());
  }

  @Override
  public List<Stored> stored() {
    List<Stored> stored = new ArrayList<>();
    for (TensorView view : views.values()) {
      GgmlType type = view.tensor().type();
      long weights = view.isVector() ? view.rows() : (long) view.rows() * view.tensor().cols();
      stored.add(
          new Stored(
              view.name(),
              type.name(),
              view.shape(),
              type.isQuantized(),
              view.inBlock(),
              type.bits(weights)));
    }
    return stored;
  }

  private Optional<TensorView> find(String name) {
    return TensorNames.resolve(name, views::containsKey).map(views::get);
  }

  private TensorView view(String name) {
    return find(name)
        .orElseThrow(
            () ->
                PbqException.notFound(
                    "there is no tensor " + TensorNames.printable(name) + " in " + file.path()));
  }

  @Override
  public boolean contains(String name) {
    return find(name).isPresent();
  }

  @Override
  public boolean holdsLinear(String linear) {
    return ownLinears && find(linear + WEIGHT).filter(TensorView::inBlock).isPresent();
  }

  @Override
  public long[] shape(String name) {
    return view(name).shape();
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    TensorView view = view(name);
    Objects.checkFromIndexSize(firstRow, rowCount, view.rows());
    int first = (int) firstRow;
    int count = (int) rowCount;
    if (view.isVector()) {
      float[] all = new float[view.tensor().cols()];
      file.readRows(view.tensor(), 0, 1, all);
      for (int i = first; i < first + count; i++) {
        destination.put(all[view.fileRow(i)] + view.shift());
      }
      return;
    }
    int cols = view.tensor().cols();
    // Rows that change places are read one by one.
    int step = view.heads() > 0 ? 1 : Math.max(1, Math.min(count, CHUNK_ELEMENTS / cols));
    float[] values = new float[Math.multiplyExact(step, cols)];
    for (int row = first; row < first + count; row += step) {
      int rows = Math.min(step, first + count - row);
      file.readRows(view.tensor(), view.fileRow(row), rows, values);
      for (int i = 0; view.shift() != 0 && i < rows * cols; i++) {
        values[i] += view.shift();
      }
      destination.put(values, 0, rows * cols);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
