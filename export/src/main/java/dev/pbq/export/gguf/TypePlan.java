package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.export.ComputedTensors;
import dev.pbq.export.TensorError;
import dev.pbq.export.gguf.family.FileTensor;
import dev.pbq.export.gguf.family.Piece;
import dev.pbq.export.gguf.family.RowOrder;
import dev.pbq.export.gguf.family.ValueChange;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Chooses how each tensor is stored. Vectors are float32. Matrices of a dense model are in the type
 * asked for, rounded by ggml's own rules. Layers that pbq packed are in a type that holds their
 * values exactly; where there is none they are refused, or rounded if the user wants that.
 */
final class TypePlan {
  /** How many layers a refusal names. */
  private static final int NAMED = 3;

  private final ComputedTensors source;
  private final OutType asked;
  private final boolean lossy;
  private final List<String> refusals = new ArrayList<>();
  private final List<String> fallbacks = new ArrayList<>();

  TypePlan(ComputedTensors source, OutType asked, boolean lossy) {
    this.source = source;
    this.asked = asked;
    this.lossy = lossy;
  }

  /** A type and how values get into it. */
  record Choice(GgufType type, Fill fill) {}

  /** The choice for a tensor. */
  Choice choose(FileTensor tensor) {
    if (tensor.kind() == FileTensor.Kind.SMALL) {
      // A value to which 1 is added is rounded there, and so is a power of e.
      Fill fill =
          tensor.change() == ValueChange.NONE ? exactOrRound(tensor, GgufType.F32) : Fill.ROUND;
      return new Choice(GgufType.F32, fill);
    }
    if (!asked.isAuto() && !asked.type().orElseThrow().isQuantized()) {
      GgufType type = asked.type().orElseThrow();
      return new Choice(type, exactOrRound(tensor, type));
    }
    if (tensor.pieces().stream().allMatch(piece -> source.isQuantized(piece.source()))) {
      return packed(tensor);
    }
    // What a method left dense stays as it is: the embedding, the head, layers that were skipped.
    return asked.isAuto() || source.isPacked() ? asStored(tensor) : dense(tensor);
  }

  /** The widest type of the pieces; a piece that is packed counts as float32. */
  private Choice asStored(FileTensor tensor) {
    Set<DType> stored = EnumSet.noneOf(DType.class);
    for (Piece piece : tensor.pieces()) {
      stored.add(source.isQuantized(piece.source()) ? DType.F32 : source.dtype(piece.source()));
    }
    GgufType type =
        stored.size() > 1
            ? GgufType.F32
            : switch (stored.iterator().next()) {
              case F16 -> GgufType.F16;
              case BF16 -> GgufType.BF16;
              default -> GgufType.F32;
            };
    return new Choice(type, exactOrRound(tensor, type));
  }

  private Fill exactOrRound(FileTensor tensor, GgufType type) {
    boolean exact =
        tensor.pieces().stream()
            .allMatch(piece -> exactOrRound(piece.source(), type) == Fill.EXACT);
    return exact ? Fill.EXACT : Fill.ROUND;
  }

  private Fill exactOrRound(String tensor, GgufType type) {
    if (source.isQuantized(tensor)) {
      return Fill.ROUND;
    }
    DType stored = source.dtype(tensor);
    boolean same = stored.name().equals(type.name());
    boolean widened = type == GgufType.F32 && (stored == DType.F16 || stored == DType.BF16);
    return same || widened ? Fill.EXACT : Fill.ROUND;
  }

  private Choice dense(FileTensor tensor) {
    GgufType type = asked.type().orElseThrow();
    // Embedding and head get more bits, as llama.cpp's own mixtures give them.
    GgufType wanted = tensor.kind() == FileTensor.Kind.LINEAR ? type : GgufType.Q8_0;
    if (wanted.fits(tensor.cols())) {
      return new Choice(wanted, Fill.NEAREST);
    }
    return fallback(tensor, wanted);
  }

  private Choice fallback(FileTensor tensor, GgufType wanted) {
    fallbacks.add(
        "%s: rows of %d weights are not whole blocks of %s (%d): stored as f16"
            .formatted(name(tensor), tensor.cols(), wanted.label(), wanted.blockSize()));
    return new Choice(GgufType.F16, Fill.ROUND);
  }

  /**
   * The type of a packed layer. What is transposed in the file, or has its columns in another
   * order, has the grids of its rows across the blocks: it may be float32, where no other type
   * holds it.
   */
  private Choice packed(FileTensor tensor) {
    Set<GgufType> candidates =
        asked.isAuto() ? EnumSet.allOf(GgufType.class) : EnumSet.of(asked.type().orElseThrow());
    if (tensor.pieces().stream().allMatch(piece -> piece.order() instanceof RowOrder.Rows)) {
      candidates.remove(GgufType.F32);
    }
    candidates.remove(GgufType.BF16);
    int cols = tensor.cols();
    candidates.removeIf(type -> !type.fits(cols));
    if (candidates.stream().noneMatch(GgufType::isQuantized)) {
      return fallback(tensor, asked.type().orElse(GgufType.Q8_0));
    }
    GgufType nearest = asked.type().orElse(GgufType.Q8_0);
    TensorError error = narrow(tensor, candidates, nearest);
    if (!candidates.isEmpty()) {
      GgufType best = candidates.iterator().next();
      for (GgufType type : candidates) {
        if ((long) type.blockBytes() * best.blockSize()
            < (long) best.blockBytes() * type.blockSize()) {
          best = type;
        }
      }
      return new Choice(best, Fill.EXACT);
    }
    if (!lossy) {
      refusals.add(refusal(tensor, nearest, error));
    }
    return new Choice(nearest, Fill.NEAREST_UNLESS_EXACT);
  }

  private String refusal(FileTensor tensor, GgufType nearest, TensorError error) {
    return String.format(
        Locale.ROOT,
        "%s (%s: %s; the nearest %s would change weights by up to %.3g, %.2g of their root mean"
            + " square in all)",
        name(tensor),
        source.method(),
        FamilyWords.of(source.packed(name(tensor)).orElseThrow()),
        nearest.label(),
        error.maxAbsolute(),
        error.relative());
  }

  /**
   * Takes away the types that cannot hold a value of the tensor.
   *
   * @return the error of storing it in {@code nearest} where no type is left
   */
  private TensorError narrow(FileTensor tensor, Set<GgufType> candidates, GgufType nearest) {
    TensorError.Sum sum = new TensorError.Sum();
    TensorRows rows = new TensorRows(source, Map.of());
    for (Piece piece : tensor.pieces()) {
      int step = TensorRows.step(piece);
      for (int row = 0; row < piece.rows(); row += step) {
        float[] values = rows.read(piece, row, Math.min(step, piece.rows() - row));
        candidates.removeIf(type -> !holds(type, values, values.length));
        addNearest(nearest, values, values.length, sum);
      }
    }
    return sum.error();
  }

  private static String name(FileTensor tensor) {
    return tensor.pieces().get(0).source();
  }

  private static boolean holds(GgufType type, float[] values, int end) {
    if (type == GgufType.F32) {
      return true;
    }
    if (!type.isQuantized()) {
      for (int i = 0; i < end; i++) {
        if (Half.round(values[i]) != values[i]) {
          return false;
        }
      }
      return true;
    }
    AtomicBoolean held = new AtomicBoolean(true);
    Parallel.forEachRange(
        end / type.blockSize(),
        type.blocksPerTask(),
        (from, to) -> {
          for (int b = from; b < to && held.get(); b++) {
            if (ExactGrid.of(type, values, b * type.blockSize()) == null) {
              held.set(false);
            }
          }
        });
    return held.get();
  }

  private static void addNearest(GgufType type, float[] values, int end, TensorError.Sum sum) {
    for (int i = 0; i < end; i += type.blockSize()) {
      Levels levels = NearestGrid.of(type, values, i);
      for (int j = 0; j < type.blockSize(); j++) {
        sum.add(values[i + j], levels.value(j));
      }
    }
  }

  /**
   * Ends the planning.
   *
   * @return what a user should know
   * @throws PbqException USAGE if layers were refused, naming them and what would be lost
   */
  List<String> finish() {
    if (!refusals.isEmpty()) {
      String more = refusals.size() > NAMED ? " and " + (refusals.size() - NAMED) + " more" : "";
      throw PbqException.setting(
          "%s layers have no exact place in %s: %s%s; {lossy} stores the nearest, {outtype} f32 or"
              + " f16 stores them dense",
          refusals.size(),
          asked.isAuto() ? "any type of GGUF" : asked.type().orElseThrow().label(),
          String.join("; ", refusals.subList(0, Math.min(NAMED, refusals.size()))),
          more);
    }
    if (fallbacks.size() <= NAMED) {
      return fallbacks;
    }
    List<String> shown = new ArrayList<>(fallbacks.subList(0, NAMED));
    shown.add("and " + (fallbacks.size() - NAMED) + " more tensors stored as f16 for that reason");
    return shown;
  }
}
