package dev.pbq.core.model;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * A checkpoint as the model's layout describes it: matrices that a family stores transposed or in
 * stacks are read as [outputs, inputs], one for each linear. What is quantized has that form
 * already, whatever the family stores. Thread-safe if the checkpoint is.
 */
final class LayoutWeights implements WeightSource {
  private static final String SUFFIX = ".weight";

  private final WeightSource stored;
  private final TensorCatalog catalog;

  private LayoutWeights(WeightSource stored, TensorCatalog catalog) {
    this.stored = stored;
    this.catalog = catalog;
  }

  /** The view; a checkpoint that is a view already is given back. */
  static WeightSource of(WeightSource stored, TensorCatalog catalog) {
    return stored instanceof LayoutWeights ? stored : new LayoutWeights(stored, catalog);
  }

  @Override
  public boolean contains(String name) {
    return stored.contains(name) || storedForm(name).isPresent();
  }

  @Override
  public boolean holdsLinear(String linear) {
    return stored.holdsLinear(linear);
  }

  @Override
  public LinearForm form(String linear) {
    return stored.form(linear);
  }

  @Override
  public long[] shape(String name) {
    Optional<StoredForm> form = storedForm(name);
    if (form.isEmpty()) {
      return stored.shape(name);
    }
    checkForm(name, form.get());
    return catalog.shape(name);
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    Optional<StoredForm> form = storedForm(name);
    if (form.isEmpty()) {
      stored.readRows(name, firstRow, rowCount, destination);
      return;
    }
    float[] all = slice(form.get());
    long[] shape = catalog.shape(name);
    int cols = shape.length == 1 ? 1 : Math.toIntExact(shape[1]);
    int rows = Math.toIntExact(shape[0]);
    int from = Math.toIntExact(firstRow);
    int count = Math.toIntExact(rowCount);
    if (!form.get().transposed()) {
      destination.put(all, (form.get().firstRow() + from) * cols, count * cols);
      return;
    }
    float[] row = new float[cols];
    for (int r = from; r < from + count; r++) {
      for (int c = 0; c < cols; c++) {
        row[c] = all[c * rows + r];
      }
      destination.put(row);
    }
  }

  private float[] slice(StoredForm form) {
    long[] shape = stored.shape(form.tensor());
    if (form.slice().isEmpty()) {
      return stored.read(form.tensor());
    }
    long count = Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
    float[] values = new float[Math.toIntExact(count)];
    stored.readRows(form.tensor(), form.slice().getAsInt(), 1, FloatBuffer.wrap(values));
    return values;
  }

  /** The stored form that a tensor has in this checkpoint; empty if it is stored as it is. */
  private Optional<StoredForm> storedForm(String name) {
    boolean asLinear =
        name.endsWith(SUFFIX)
            && stored.holdsLinear(name.substring(0, name.length() - SUFFIX.length()));
    if (asLinear) {
      return Optional.empty();
    }
    Optional<StoredForm> form = catalog.stored(name);
    return form.filter(f -> f.tensor().equals(name) || !stored.contains(name))
        .filter(f -> stored.contains(f.tensor()));
  }

  private void checkForm(String name, StoredForm form) {
    long[] wanted = catalog.shape(name);
    long[] found = stored.shape(form.tensor());
    int skip = form.slice().isPresent() ? 1 : 0;
    boolean fits = found.length == wanted.length + skip;
    if (fits && skip == 1) {
      fits = form.slice().getAsInt() < found[0];
    }
    if (fits && form.transposed()) {
      fits = found[skip] == wanted[1] && found[skip + 1] == wanted[0];
    } else if (fits) {
      fits =
          found[skip] >= form.firstRow() + wanted[0]
              && (wanted.length == 1 || found[skip + 1] == wanted[1]);
    }
    if (!fits) {
      throw PbqException.badData(
          "tensor "
              + form.tensor()
              + " has shape "
              + Arrays.toString(found)
              + ", which does not hold "
              + name
              + " "
              + Arrays.toString(wanted)
              + (form.transposed() ? " transposed" : ""));
    }
  }
}
