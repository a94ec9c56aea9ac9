package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import java.util.Optional;
import java.util.Set;

/** Opens the weights of a model folder, whichever way they are stored. */
public final class Checkpoints {
  private static final Set<DType> FLOATS = Set.of(DType.F64, DType.F32, DType.F16, DType.BF16);

  private Checkpoints() {}

  /**
   * Opens dense weights, weights that pbq packed, or weights in a {@link ForeignLayout} or {@link
   * ModelFileFormat}; the caller closes them. The folder's configuration tells which; where it does
   * not, the tensors do.
   *
   * @throws PbqException BAD_DATA if a program has quantized the model whose layout is unknown, or
   *     the weights are corrupt; NOT_FOUND if a shard is missing
   */
  public static ModelWeights open(ModelFolder folder) {
    return open(folder, ForeignLayouts.load());
  }

  static ModelWeights open(ModelFolder folder, ForeignLayouts layouts) {
    if (folder.isPacked()) {
      return PackedCheckpoint.open(folder);
    }
    Optional<String> method = folder.quantMethod();
    Optional<ModelFileFormat> format = method.flatMap(ModelFileFormats.load()::named);
    if (format.isPresent()) {
      return format.get().open(folder);
    }
    Optional<ForeignLayout> named = method.flatMap(layouts::named);
    if (method.isPresent() && named.isEmpty()) {
      throw unknown(folder, method.get());
    }
    Checkpoint stored = Checkpoint.open(folder);
    try {
      Optional<ForeignLayout> layout = named.or(() -> layouts.usedBy(folder, stored));
      return layout.isEmpty() ? stored : PackedCheckpoint.of(layout.get(), folder, stored);
    } catch (RuntimeException | Error e) {
      stored.close();
      throw e;
    }
  }

  /**
   * Whether {@link #open} knows how the model's configuration says that it is quantized; true for a
   * model that is not.
   *
   * @throws PbqException BAD_DATA if the configuration does not say
   */
  public static boolean isKnown(ModelFolder folder) {
    return folder.isPacked()
        || folder
            .quantMethod()
            .map(
                m ->
                    ForeignLayouts.load().named(m).isPresent()
                        || ModelFileFormats.load().named(m).isPresent())
            .orElse(true);
  }

  /**
   * Refuses a model that another program has quantized in a way that {@link #open} does not know.
   *
   * @throws PbqException BAD_DATA naming the method, and a tensor with its type
   */
  public static void requireKnown(ModelFolder folder) {
    if (!isKnown(folder)) {
      throw unknown(folder, folder.quantMethod().orElseThrow());
    }
  }

  private static PbqException unknown(ModelFolder folder, String method) {
    return PbqException.badData(
        folder.path()
            + ": the model is already quantized with '"
            + TensorNames.printable(method)
            + "'"
            + codes(folder).map(tensor -> " (" + tensor + ")").orElse("")
            + ", which pbq does not read; it needs the original weights");
  }

  /** A tensor of codes, with its type; empty where none is found. */
  private static Optional<String> codes(ModelFolder folder) {
    try (Checkpoint stored = Checkpoint.open(folder)) {
      return stored.unread().entrySet().stream()
          .findFirst()
          .map(e -> tensor(e.getKey(), e.getValue()))
          .or(
              () ->
                  stored.names().stream()
                      .filter(name -> !FLOATS.contains(stored.info(name).dtype()))
                      .findFirst()
                      .map(name -> tensor(name, stored.info(name).dtype().name())));
    } catch (PbqException e) {
      // That the model is of an unknown method is the first of its faults.
      return Optional.empty();
    }
  }

  private static String tensor(String name, String type) {
    return "tensor " + TensorNames.printable(name) + " is " + TensorNames.printable(type);
  }

  /**
   * Refuses weights that are quantized in a {@link ForeignLayout}, though the configuration does
   * not say so.
   *
   * @param stored the folder's tensors
   * @throws PbqException BAD_DATA naming the folder and the layout
   */
  public static void requireDense(ModelFolder folder, Checkpoint stored) {
    Optional<ForeignLayout> layout = ForeignLayouts.load().usedBy(folder, stored);
    if (layout.isPresent()) {
      throw PbqException.badData(
          folder.path()
              + " is quantized already (layout of "
              + layout.get().title()
              + "'s reference program)");
    }
  }

  /**
   * The method that quantized a model, by its configuration or, where that is silent, by its
   * tensors; empty for a dense one.
   *
   * @throws PbqException as {@link #open}, but only for what has to be looked at
   */
  public static Optional<String> quantizedBy(ModelFolder folder) {
    if (folder.isPacked()) {
      return Optional.of(folder.quantizationConfig().path("method").asText());
    }
    if (folder.quantMethod().isPresent()) {
      return folder.quantMethod().map(TensorNames::printable);
    }
    try (Checkpoint stored = Checkpoint.open(folder)) {
      return ForeignLayouts.load().usedBy(folder, stored).map(ForeignLayout::name);
    }
  }
}
