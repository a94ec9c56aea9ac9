package dev.pbq.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.FileWeights;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.OwnBiases;
import dev.pbq.core.model.StoredWeights;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.DType;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tensors of a model folder, dense or packed, under the names that the architecture gives them.
 * Tied tensors occur once. A vector is treated as a matrix of one row. The caller who opens it
 * closes it.
 */
public final class ExportSource implements AutoCloseable {
  private static final String WEIGHT = ".weight";

  private final ModelFolder folder;
  private final ModelWeights weights;
  private final Optional<ModelLayout> layout;
  private final ModelTensors tensors;
  private final Map<String, String> stored;
  private final Optional<StoredWeights> dense;
  private final OwnBiases biases;

  private ExportSource(ModelFolder folder, ModelWeights weights) {
    this.folder = folder;
    this.weights = weights;
    this.layout = layout(folder);
    this.biases =
        OwnBiases.of(
            folder.config(),
            folder.path().toString(),
            weights,
            weights instanceof PackedCheckpoint packed ? packed.ownBiases() : List.of());
    this.dense = layout.map(l -> l.stored(weights, weights.names()));
    this.tensors = ModelTensors.of(folder, weights, layout, dense);
    this.stored = new LinkedHashMap<>(tensors.stored());
    stored.keySet().removeAll(biases.leftOut());
  }

  /**
   * Opens a folder's weights, reading headers only.
   *
   * @throws PbqException USAGE naming a layer that is no linear map
   */
  public static ExportSource open(ModelFolder folder) {
    return open(folder, true);
  }

  /** As {@link #open(ModelFolder)}, with layers that are no linear maps as well. */
  public static ExportSource openAnyForm(ModelFolder folder) {
    return open(folder, false);
  }

  private static ExportSource open(ModelFolder folder, boolean linearMaps) {
    ModelWeights weights = Checkpoints.open(folder);
    try {
      if (linearMaps && weights instanceof PackedCheckpoint packed) {
        packed.requireLinearMaps();
      }
      return new ExportSource(folder, weights);
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }

  private static Optional<ModelLayout> layout(ModelFolder folder) {
    if (!Architectures.supported().contains(folder.modelType().orElse(""))) {
      return Optional.empty();
    }
    String where = folder.path().resolve(ModelFolder.CONFIG).toString();
    return Optional.of(Architectures.any(folder.config(), where).layout());
  }

  public ModelFolder folder() {
    return folder;
  }

  /**
   * Makes a configuration say what this source holds: places of biases, and whether the head is the
   * embedding.
   */
  void describe(ObjectNode config) {
    biases.addTo(config);
    if (layout.isEmpty() || tables().noneMatch(table -> table.use().isHead())) {
      return;
    }
    ModelLayout said = Architectures.any(config, folder.path().toString()).layout();
    if (ModelTensors.isTied(said.vocabularyTables(head -> false)) != isTied()) {
      config.put("tie_word_embeddings", isTied());
      if (config.get("text_config") instanceof ObjectNode text) {
        text.put("tie_word_embeddings", isTied());
      }
    }
  }

  /** Whether the model's head is its embedding, so that no tensor of its own is there. */
  public boolean isTied() {
    return ModelTensors.isTied(tables().toList());
  }

  /** Stored names of tensors that are no part of the model. */
  public List<String> unused() {
    return tensors.unused();
  }

  /** What a user should know of how this source becomes a model of another program. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>(tensors.notes());
    notes.addAll(modelNotes());
    return notes;
  }

  /** What a user should know of the model, whatever becomes of its tensors. */
  public List<String> modelNotes() {
    List<String> notes = new ArrayList<>(RopeKeys.put(ModelConfig.running(folder.config())));
    if (folder.quantizationConfig().path("settings").path("actFormat").isObject()) {
      notes.add(
          "the source records number formats of activations, which the export does not have: it"
              + " computes them in floating point");
    }
    return notes;
  }

  /** Whether pbq packed the model. */
  public boolean isPacked() {
    return weights instanceof PackedCheckpoint;
  }

  /** The method that packed it, or {@code dense}. */
  public String method() {
    return isPacked() ? folder.quantizationConfig().path("method").asText("unknown") : "dense";
  }

  /** Names of all tensors, layer by layer. */
  public List<String> names() {
    return List.copyOf(stored.keySet());
  }

  public boolean contains(String name) {
    return stored.containsKey(name);
  }

  /** The shape of a tensor in the family's own files; empty for a scalar. */
  public long[] shape(String name) {
    String storedName = storedName(name);
    return dense.map(d -> d.shape(storedName)).orElseGet(() -> weights.shape(storedName));
  }

  /** 1 for vectors. */
  public int rows(String name) {
    long[] shape = shape(name);
    return shape.length < 2 ? 1 : Math.toIntExact(shape[0]);
  }

  /** The product of all dimensions but the first; the length of a vector. */
  public int cols(String name) {
    long[] shape = shape(name);
    long cols = 1;
    for (int i = shape.length < 2 ? 0 : 1; i < shape.length; i++) {
      cols = Math.multiplyExact(cols, shape[i]);
    }
    return Math.toIntExact(cols);
  }

  /**
   * Whether a tensor is the weight of a linear of one of the model's blocks; of an architecture
   * that pbq cannot run none is.
   */
  public boolean isLinear(String name) {
    return name.endsWith(WEIGHT) && layout.flatMap(l -> l.linear(linear(name))).isPresent();
  }

  /** The packed layer behind a {@code .weight}, if it is one; read when asked for. */
  public Optional<QuantizedLinear> packed(String name) {
    return isQuantized(name)
        ? Optional.of(((PackedCheckpoint) weights).packed(linear(storedName(name))))
        : Optional.empty();
  }

  /** The same tensors as the model computes with them. */
  public ComputedTensors computedTensors(ModelLayout asModel) {
    return new ComputedTensors(this, weights, asModel);
  }

  /**
   * Refuses a family whose files hold linears transposed or in stacks: formats of other programs
   * for quantized layers have no place for them.
   *
   * @param format what is written
   * @throws PbqException BAD_DATA naming the family
   */
  public void requireOwnLinears(String format) {
    if (layout.filter(ModelLayout::isTransposed).isPresent()) {
      throw PbqException.badData(
          Wording.of(
              "%s: files of %s hold layers as [inputs, outputs], which the layout of %s has no"
                  + " place for; {format} hf exports the model dense",
              folder.path(), folder.modelType().orElse("this model"), format));
    }
  }

  /** Whether a tensor is a packed layer's weight, or a stack of them; reads nothing. */
  public boolean isQuantized(String name) {
    String storedName = storedName(name);
    if (dense.filter(d -> d.isStack(storedName)).isPresent()) {
      return true;
    }
    return weights instanceof PackedCheckpoint packed
        && storedName.endsWith(WEIGHT)
        && packed.packedLinears().contains(linear(storedName));
  }

  /**
   * Whether a tensor is packed and no linear of a block: embedding, head, or both in one. Layouts
   * of other programs for quantized layers have no place for them.
   */
  public boolean isPackedTable(String name) {
    return isQuantized(name) && tables().anyMatch(table -> table.weight().equals(name));
  }

  /** As {@link #isPackedTable}, of what rows are looked up in. */
  public boolean isPackedEmbedding(String name) {
    return isQuantized(name)
        && tables().anyMatch(t -> t.use().isEmbedding() && t.weight().equals(name));
  }

  private Stream<VocabularyTable> tables() {
    return layout.stream().flatMap(l -> l.vocabularyTables(this::contains).stream());
  }

  private static String linear(String weight) {
    return weight.substring(0, weight.length() - WEIGHT.length());
  }

  /** How a tensor that is not packed is stored; float32 holds all that is in another's file. */
  public DType dtype(String name) {
    return weights instanceof FileWeights ? DType.F32 : dense().info(storedName(name)).dtype();
  }

  /** A tensor that is not packed, to be written byte for byte under its proper name. */
  public TensorEntry verbatim(String name) {
    if (weights instanceof FileWeights) {
      return DenseTensors.rounded(this, name, DType.F32);
    }
    TensorEntry entry = dense().entryOf(storedName(name));
    return new TensorEntry(name, entry.dtype(), entry.shape(), entry.source());
  }

  private Checkpoint dense() {
    return weights instanceof PackedCheckpoint packed ? packed.stored() : (Checkpoint) weights;
  }

  /**
   * Reads rows as float32, dequantized where they are packed.
   *
   * @param destination takes {@code count} rows from its start on
   * @throws PbqException NUMERICAL naming the tensor if a value is NaN or infinite
   */
  public void read(String name, int firstRow, int count, float[] destination) {
    int cols = cols(name);
    boolean vector = shape(name).length < 2;
    FloatBuffer buffer = FloatBuffer.wrap(destination, 0, Math.multiplyExact(count, cols));
    String storedName = storedName(name);
    int rows = shape(name).length == 1 ? cols : count;
    if (dense.isPresent()) {
      dense.get().readRows(storedName, firstRow, rows, buffer);
    } else {
      weights.readRows(storedName, firstRow, rows, buffer);
    }
    requireFinite(name, destination, count * cols, firstRow, vector ? 0 : cols);
  }

  /**
   * Checks values that were read.
   *
   * @param end how many
   * @param cols values of a row; 0 for a vector
   * @throws PbqException NUMERICAL naming the tensor if a value is NaN or infinite
   */
  static void requireFinite(String name, float[] values, int end, int firstRow, int cols) {
    for (int i = 0; i < end; i++) {
      if (!Float.isFinite(values[i])) {
        throw PbqException.numerical(
            "tensor "
                + name
                + " holds "
                + values[i]
                + " at "
                + (cols == 0 ? "" : "row " + (firstRow + i / cols) + ", ")
                + "column "
                + (cols == 0 ? i : i % cols)
                + ": not exported");
      }
    }
  }

  private String storedName(String name) {
    String storedName = stored.get(name);
    if (storedName == null) {
      throw PbqException.notFound("there is no tensor " + name + " in " + folder.path());
    }
    return storedName;
  }

  @Override
  public void close() {
    weights.close();
  }
}
