package dev.pbq.export.gguf.model;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.FileWeights;
import dev.pbq.core.checkpoint.ModelFileFormat;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.packed.BitAccount;
import dev.pbq.export.gguf.family.FileArchitecture;
import dev.pbq.export.gguf.family.RowOrder;
import dev.pbq.export.gguf.family.ValueChange;
import dev.pbq.export.gguf.file.GgmlType;
import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.file.GgufTensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

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
  GgufWeights(
      GgufFile file, ModelFileFormat format, FileArchitecture architecture, CausalModel model) {
    this.file = file;
    this.format = format;
    this.ownLinears = model.layout().isTransposed();
    this.views = TensorViews.of(file, architecture, model);
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
      Set<String> types = new LinkedHashSet<>();
      BitAccount bits = BitAccount.empty();
      boolean quantized = false;
      for (TensorView.Part part : view.parts()) {
        GgmlType type = part.tensor().type();
        types.add(type.name());
        bits = bits.plus(type.bits(part.piece().values()));
        quantized |= type.isQuantized();
      }
      stored.add(
          new Stored(
              view.name(), String.join("+", types), shape(view), quantized, view.inBlock(), bits));
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
    return shape(view(name));
  }

  private static long[] shape(TensorView view) {
    return view.shape().stream().mapToLong(d -> d).toArray();
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    TensorView view = view(name);
    Objects.checkFromIndexSize(firstRow, rowCount, view.rows());
    int first = (int) firstRow;
    int count = (int) rowCount;
    if (view.isVector()) {
      readElements(view, first, count, destination);
      return;
    }
    int cols = view.unit();
    // Rows that change places are read one by one.
    int step = view.isKept() ? Math.max(1, Math.min(count, CHUNK_ELEMENTS / cols)) : 1;
    float[] values = new float[Math.multiplyExact(step, cols)];
    TurnedRows turned = new TurnedRows(file);
    for (int row = first; row < first + count; row += step) {
      int rows = Math.min(step, first + count - row);
      TensorView.Part part = view.partOf(row);
      if (part.piece().order() instanceof RowOrder.Rows order) {
        file.readRows(part.tensor(), part.firstValue() / cols + order.fileRow(row), rows, values);
      } else if (part.piece().order() instanceof RowOrder.TiledColumns order) {
        float[] held = new float[cols];
        file.readRows(part.tensor(), part.firstValue() / cols + row, 1, held);
        for (int c = 0; c < cols; c++) {
          values[c] = held[order.fileIndex(0, c, cols)];
        }
      } else {
        turned.read(part, row, values);
      }
      for (int i = 0; view.change() != ValueChange.NONE && i < rows * cols; i++) {
        values[i] = view.change().toModel(values[i]);
      }
      destination.put(values, 0, rows * cols);
    }
  }

  /** Elements of a vector, which may be a row of the file's tensor, or a part of one. */
  private void readElements(TensorView view, int first, int count, FloatBuffer destination) {
    float[] held = new float[0];
    GgufTensor tensor = null;
    long heldRow = -1;
    for (int i = first; i < first + count; i++) {
      TensorView.Part part = view.partOf(i);
      long at = part.firstValue() + part.piece().order().fileIndex(i, 0, 1);
      int cols = part.tensor().cols();
      if (!part.tensor().equals(tensor) || at / cols != heldRow) {
        tensor = part.tensor();
        heldRow = at / cols;
        held = new float[cols];
        file.readRows(tensor, heldRow, 1, held);
      }
      destination.put(view.change().toModel(held[(int) (at % cols)]));
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
