package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.PackedLinears;
import dev.pbq.core.packed.PackedReader;
import dev.pbq.core.packed.PackedRows;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The weights of a packed folder, pbq's own or in a {@link ForeignLayout}: {@code <linear>.weight}
 * of a packed linear is dequantized as it is read, everything else is read as stored. Thread-safe.
 * Besides its open files it keeps the linear used last, packed; of a family that cannot be
 * dequantized in pieces also its weights, if they were asked for so.
 */
public final class PackedCheckpoint implements ModelWeights {
  /**
   * The version of the packed layout that this program writes, and the newest that it reads. In
   * version 1 weight files had the usual names.
   */
  public static final int FORMAT_VERSION = 2;

  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private final Checkpoint stored;
  private final Optional<ForeignLayout> layout;
  private final Set<String> linears;
  private final Function<String, QuantizedLinear> decoder;
  private volatile Optional<Recent<QuantizedLinear>> lastPacked = Optional.empty();
  private volatile Optional<Recent<PackedRows>> lastRows = Optional.empty();

  private record Recent<T>(String linear, T value) {}

  private PackedCheckpoint(
      Checkpoint stored,
      Optional<ForeignLayout> layout,
      Set<String> linears,
      Function<String, QuantizedLinear> decoder) {
    this.stored = stored;
    this.layout = layout;
    this.linears = linears;
    this.decoder = decoder;
  }

  /**
   * Opens a packed folder, reading headers only; the caller closes it.
   *
   * @throws PbqException BAD_DATA if the folder is not packed, is of a newer format, or names
   *     layers that it does not hold; NOT_FOUND if a shard is missing
   */
  public static PackedCheckpoint open(ModelFolder folder) {
    return open(folder, PackedLinears::read);
  }

  static PackedCheckpoint open(
      ModelFolder folder, Function<PackedReader, QuantizedLinear> decoder) {
    if (!folder.isPacked()) {
      throw PbqException.badData(folder.path() + " is not a packed pbq model");
    }
    JsonNode version = folder.quantizationConfig().path("format_version");
    if (!version.isInt() || version.intValue() < 1 || version.intValue() > FORMAT_VERSION) {
      throw PbqException.badData(
          folder.path()
              + ": packed format_version "
              + TensorNames.printable(version.isMissingNode() ? "missing" : version.toString())
              + ", this pbq reads 1 to "
              + FORMAT_VERSION);
    }
    Checkpoint stored = Checkpoint.open(folder);
    try {
      return new PackedCheckpoint(
          stored,
          Optional.empty(),
          withoutDense(stored, findLinears(stored)),
          linear -> decoder.apply(new SafetensorsPackedReader(stored, linear)));
    } catch (RuntimeException | Error e) {
      stored.close();
      throw e;
    }
  }

  /**
   * The weights of a folder that another program wrote.
   *
   * @param stored its tensors; owned by the result, unless this throws
   * @throws PbqException BAD_DATA if no layer is stored so, or a layer is stored twice
   */
  static PackedCheckpoint of(ForeignLayout layout, ModelFolder folder, Checkpoint stored) {
    Set<String> linears = layout.linears(folder, stored);
    if (linears.isEmpty()) {
      throw PbqException.badData(
          folder.path()
              + ": quantized with '"
              + layout.name()
              + "', but it holds no layer in "
              + layout.title()
              + "'s layout");
    }
    return new PackedCheckpoint(
        stored,
        Optional.of(layout),
        layout.hasWeightPart(folder)
            ? Collections.unmodifiableSet(linears)
            : withoutDense(stored, linears),
        linear -> layout.read(folder, stored, linear));
  }

  private static Set<String> findLinears(Checkpoint stored) {
    Set<String> linears = new TreeSet<>(TensorNames.NATURAL_ORDER);
    for (String key : stored.metadata().keySet()) {
      if (key.startsWith(PackedTensorCollector.KEY_PREFIX)) {
        linears.add(key.substring(PackedTensorCollector.KEY_PREFIX.length()));
      }
    }
    return linears;
  }

  private static Set<String> withoutDense(Checkpoint stored, Set<String> linears) {
    for (String linear : linears) {
      if (stored.contains(linear + WEIGHT)) {
        throw PbqException.badData(
            stored.folder()
                + ": layer "
                + TensorNames.printable(linear)
                + " is stored twice, packed and dense");
      }
    }
    return Collections.unmodifiableSet(linears);
  }

  /** The tensors as stored; owned by this object. */
  public Checkpoint stored() {
    return stored;
  }

  /** The layout of the program that wrote the folder; empty if pbq did. */
  public Optional<ForeignLayout> foreignLayout() {
    return layout;
  }

  /** Full names, as stored and without {@code .weight}, of the packed linears. */
  public Set<String> packedLinears() {
    return linears;
  }

  /**
   * A packed linear.
   *
   * @param linear its full name without {@code .weight}
   * @throws PbqException NOT_FOUND if there is none; BAD_DATA naming layer and part if it is
   *     corrupt
   */
  public QuantizedLinear packed(String linear) {
    String name =
        TensorNames.resolve(linear, linears::contains)
            .orElseThrow(
                () ->
                    PbqException.notFound(
                        "there is no packed layer "
                            + TensorNames.printable(linear)
                            + " in "
                            + stored.folder()));
    Optional<Recent<QuantizedLinear>> recent = lastPacked;
    if (recent.isPresent() && recent.get().linear().equals(name)) {
      return recent.get().value();
    }
    QuantizedLinear value = decoder.apply(name);
    lastPacked = Optional.of(new Recent<>(name, value));
    return value;
  }

  @Override
  public List<String> names() {
    Set<String> names = new TreeSet<>(TensorNames.NATURAL_ORDER);
    for (String name : stored.names()) {
      if (!isPart(name)) {
        names.add(name);
      }
    }
    linears.forEach(linear -> names.add(linear + WEIGHT));
    return List.copyOf(names);
  }

  private boolean isPart(String tensor) {
    int dot = tensor.lastIndexOf('.');
    return dot > 0
        && linears.contains(tensor.substring(0, dot))
        && !PackedTensorCollector.DENSE_PARTS.contains(tensor.substring(dot + 1));
  }

  @Override
  public boolean holdsLinear(String linear) {
    return packedLinear(linear + WEIGHT).isPresent();
  }

  @Override
  public boolean contains(String name) {
    return packedLinear(name).isPresent()
        || stored.find(name).filter(info -> !isPart(info.name())).isPresent();
  }

  @Override
  public Optional<String> unreadType(String name) {
    return stored.unreadType(name);
  }

  @Override
  public long soundRows(String name) {
    return stored.soundRows(name);
  }

  /** The stored name of a tensor that is not packed; parts of packed ones are no weights. */
  private String denseName(String name) {
    String storedName = stored.info(name).name();
    if (isPart(storedName)) {
      throw PbqException.notFound(
          TensorNames.printable(storedName)
              + " in "
              + stored.folder()
              + " is part of a packed layer");
    }
    return storedName;
  }

  @Override
  public long[] shape(String name) {
    Optional<String> linear = packedLinear(name);
    if (linear.isEmpty()) {
      return stored.shape(denseName(name));
    }
    if (layout.isEmpty()) {
      return PackedLinears.shape(new SafetensorsPackedReader(stored, linear.get()));
    }
    QuantizedLinear packed = packed(linear.get());
    return new long[] {packed.rows(), packed.cols()};
  }

  @Override
  public LinearForm form(String linear) {
    Optional<String> name = packedLinear(linear + WEIGHT);
    return name.isPresent() ? storedForm(name.get()) : LinearForm.PLAIN;
  }

  /** Full names, as stored, of the biases that packed linears bring themselves. */
  public List<String> ownBiases() {
    return linears.stream()
        .filter(linear -> storedForm(linear).bias() == LinearForm.Bias.OWN)
        .map(linear -> linear + BIAS)
        .toList();
  }

  /**
   * Refuses a folder with layers that are no linear maps: no dense weight can take their place.
   *
   * @throws PbqException USAGE naming the first such layer
   */
  public void requireLinearMaps() {
    for (String linear : linears) {
      LinearForm form = storedForm(linear);
      if (!form.isLinearMap()) {
        throw PbqException.usage(
            stored.folder()
                + ": layer "
                + TensorNames.printable(linear)
                + (form.signsInput()
                    ? " is a Bi-Real layer, which takes the signs of its inputs"
                    : " is a OneBit layer, which normalizes its outputs")
                + ": it is no linear map, and no dense weight can take its place");
      }
    }
  }

  private LinearForm storedForm(String linear) {
    return layout
        .map(ForeignLayout::form)
        .orElseGet(() -> PackedLinears.form(new SafetensorsPackedReader(stored, linear)));
  }

  @Override
  public float[] read(String name) {
    return packedLinear(name).isPresent() ? readMatrix(name).data() : ModelWeights.super.read(name);
  }

  @Override
  public FloatMatrix readMatrix(String name) {
    Optional<String> linear = packedLinear(name);
    return linear.isPresent()
        ? packed(linear.get()).dequantize()
        : ModelWeights.super.readMatrix(name);
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    Optional<String> linear = packedLinear(name);
    if (linear.isEmpty()) {
      stored.readRows(denseName(name), firstRow, rowCount, destination);
      return;
    }
    QuantizedLinear packed = packed(linear.get());
    if (firstRow == 0 && rowCount == packed.rows()) {
      destination.put(packed.dequantize().data());
    } else {
      rows(linear.get(), packed).read(firstRow, rowCount, destination);
    }
  }

  private PackedRows rows(String linear, QuantizedLinear packed) {
    Optional<Recent<PackedRows>> recent = lastRows;
    if (recent.isPresent() && recent.get().linear().equals(linear)) {
      return recent.get().value();
    }
    PackedRows value = PackedRows.of(packed);
    lastRows = Optional.of(new Recent<>(linear, value));
    return value;
  }

  private Optional<String> packedLinear(String tensor) {
    return tensor.endsWith(WEIGHT)
        ? TensorNames.resolve(
            tensor.substring(0, tensor.length() - WEIGHT.length()), linears::contains)
        : Optional.empty();
  }

  @Override
  public void close() {
    stored.close();
  }
}
