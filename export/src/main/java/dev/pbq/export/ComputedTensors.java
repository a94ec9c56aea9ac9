package dev.pbq.export;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.FileWeights;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.StoredForm;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The tensors of a source as the model computes with them: every linear is a matrix [outputs,
 * inputs] of its own, also where the family's files hold it transposed or in a stack of experts.
 */
public final class ComputedTensors {
  private static final String WEIGHT = ".weight";

  private final ExportSource source;
  private final ModelWeights weights;
  private final ModelLayout layout;
  private final WeightSource view;

  ComputedTensors(ExportSource source, ModelWeights weights, ModelLayout layout) {
    this.source = source;
    this.weights = weights;
    this.layout = layout;
    this.view = layout.view(weights);
  }

  /** Whether the model's own head is stored, rather than being its embedding. */
  public boolean hasHead() {
    return source.contains(layout.outer().head() + WEIGHT);
  }

  /** The shape of a tensor, as the model has it. */
  public long[] shape(String name) {
    return view.shape(name);
  }

  /**
   * Reads rows as float32, dequantized where they are packed; elements of a vector.
   *
   * @param destination takes them from its start on
   * @throws dev.pbq.core.PbqException NUMERICAL naming the tensor if a value is NaN or infinite
   */
  public void read(String name, int firstRow, int count, float[] destination) {
    long[] shape = shape(name);
    boolean vector = shape.length == 1;
    long row = Arrays.stream(shape, 1, shape.length).reduce(1, Math::multiplyExact);
    int end = Math.toIntExact(Math.multiplyExact(count, row));
    FloatBuffer buffer = FloatBuffer.wrap(destination, 0, end);
    view.readRows(name, firstRow, count, buffer);
    ExportSource.requireFinite(name, destination, end, firstRow, vector ? 0 : end / count);
  }

  /** How a tensor that is not packed is stored; float32 holds all that is in another's file. */
  public DType dtype(String name) {
    if (weights instanceof FileWeights) {
      return DType.F32;
    }
    Checkpoint stored =
        weights instanceof PackedCheckpoint packed ? packed.stored() : (Checkpoint) weights;
    String holder =
        stored.contains(name) ? name : layout.storedForm(name).map(StoredForm::tensor).orElse(name);
    return stored.info(holder).dtype();
  }

  /** Whether a tensor is a packed layer's weight; reads nothing. */
  public boolean isQuantized(String name) {
    return weights instanceof PackedCheckpoint
        && name.endsWith(WEIGHT)
        && weights.holdsLinear(linear(name));
  }

  /** The packed layer behind a weight, if it is one; read when asked for. */
  public Optional<QuantizedLinear> packed(String name) {
    return isQuantized(name)
        ? Optional.of(((PackedCheckpoint) weights).packed(linear(name)))
        : Optional.empty();
  }

  /** Whether pbq packed the model. */
  public boolean isPacked() {
    return source.isPacked();
  }

  /** The method that packed it, or {@code dense}. */
  public String method() {
    return source.method();
  }

  private static String linear(String weight) {
    return weight.substring(0, weight.length() - WEIGHT.length());
  }
}
