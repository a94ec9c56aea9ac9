package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.Fidelity;
import dev.pbq.export.FloatTypes;
import dev.pbq.export.TensorError;
import dev.pbq.export.gguf.family.Piece;
import dev.pbq.export.gguf.family.ValueChange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads a file back and compares it with the source, tensor by tensor: names, shapes, and every
 * value to the exactness that was promised.
 */
final class GgufCheck {
  private final TensorRows rows;
  private final int vocabularySize;
  private final ExportProgress progress;

  GgufCheck(TensorRows rows, int vocabularySize, ExportProgress progress) {
    this.rows = rows;
    this.vocabularySize = vocabularySize;
    this.progress = progress;
  }

  /**
   * Checks a file.
   *
   * @param vocabulary whether it must hold one
   * @throws PbqException BAD_DATA naming what is not as it should be
   */
  List<ExportedTensor> check(Path file, List<PlannedTensor> planned, boolean vocabulary) {
    List<ExportedTensor> tensors = new ArrayList<>();
    try (GgufReader reader = GgufReader.open(file)) {
      require(
          reader.tensors().size() == planned.size(), file + " holds other tensors than planned");
      if (vocabulary) {
        int tokens =
            reader.values().get("tokenizer.ggml.tokens") instanceof List<?> list ? list.size() : 0;
        require(
            tokens == vocabularySize, file + " holds " + tokens + " tokens of " + vocabularySize);
      }
      for (PlannedTensor tensor : planned) {
        progress.at("check", tensor.source(), tensors.size(), planned.size());
        GgufReader.Entry entry = reader.tensors().get(tensor.name());
        require(entry != null, file + " does not hold " + tensor.name());
        tensors.add(check(reader, entry, tensor));
      }
    }
    return tensors;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw PbqException.badData(message);
    }
  }

  private ExportedTensor check(GgufReader reader, GgufReader.Entry entry, PlannedTensor tensor) {
    List<Long> dims = new ArrayList<>();
    tensor.tensor().dims().forEach(d -> dims.add((long) d));
    Collections.reverse(dims);
    require(
        dims.equals(entry.dims()) && entry.type() == tensor.type().id(),
        tensor.name() + " was read back with another shape or type");
    TensorError.Sum sum = new TensorError.Sum();
    long at = 0;
    for (Piece piece : tensor.tensor().pieces()) {
      int step = TensorRows.step(piece);
      for (int first = 0; first < piece.rows(); first += step) {
        int count = Math.min(step, piece.rows() - first);
        int values = count * piece.unit();
        int bytes = values / tensor.type().blockSize() * tensor.type().blockBytes();
        long from =
            (at + (long) first * piece.unit())
                / tensor.type().blockSize()
                * tensor.type().blockBytes();
        float[] actual =
            BlockDecoder.decode(entry.type(), reader.bytes(entry, from, bytes), values);
        compare(tensor, expected(piece, first, count), actual, sum);
      }
      at += piece.values();
    }
    TensorError error = sum.error();
    return new ExportedTensor(
        tensor.source(), tensor.name(), tensor.type().label(), fidelity(tensor, error), error);
  }

  /** The values of a piece, put in their places by the rule that a reader of the file goes by. */
  private float[] expected(Piece piece, int first, int count) {
    if (piece.isKept()) {
      return rows.read(piece, first, count);
    }
    float[] all = rows.readAll(piece);
    float[] placed = new float[count * piece.unit()];
    int unit = piece.order().sourceUnit(piece.unit());
    for (int i = 0; i < all.length; i++) {
      int at = piece.order().fileIndex(i / unit, i % unit, piece.unit());
      if (at >= 0) {
        placed[at] = all[i];
      }
    }
    return placed;
  }

  private static Fidelity fidelity(PlannedTensor tensor, TensorError error) {
    if (error.isZero()) {
      return Fidelity.EXACT;
    }
    return tensor.type().isQuantized() ? Fidelity.REQUANTIZED : Fidelity.ROUNDED;
  }

  private static void compare(
      PlannedTensor tensor, float[] expected, float[] actual, TensorError.Sum sum) {
    int block = tensor.type().blockSize();
    boolean nearest = tensor.fill() == Fill.NEAREST || tensor.fill() == Fill.NEAREST_UNLESS_EXACT;
    double allowed = 0;
    for (int i = 0; i < actual.length; i++) {
      if (nearest && i % block == 0) {
        allowed = largestError(tensor.type(), expected, i);
      }
      ValueChange change = tensor.tensor().change();
      float was = change.toFile(expected[i]);
      float is = actual[i];
      // What a reader of the file gets back: the sum of a weight and 1 has no room for all its
      // bits.
      sum.add(expected[i], change.toModel(is));
      boolean right =
          switch (tensor.fill()) {
            case EXACT -> was == is;
            case ROUND -> FloatTypes.round(floatType(tensor.type()), was) == is;
            case NEAREST, NEAREST_UNLESS_EXACT -> Math.abs((double) was - is) <= allowed;
          };
      if (!right) {
        throw PbqException.badData(
            "%s, weight %d: %s was read back for %s"
                .formatted(tensor, i % tensor.tensor().cols(), is, was));
      }
    }
  }

  private static DType floatType(GgufType type) {
    return switch (type) {
      case F16 -> DType.F16;
      case BF16 -> DType.BF16;
      default -> DType.F32;
    };
  }

  /** How far the nearest level may be: half a step, one where the grid is cut off, and rounding. */
  private static double largestError(GgufType type, float[] values, int from) {
    double smallest = 0;
    double largest = 0;
    for (int j = 0; j < type.blockSize(); j++) {
      smallest = Math.min(smallest, values[from + j]);
      largest = Math.max(largest, values[from + j]);
    }
    double magnitude = Math.max(-smallest, largest);
    // Scales and offsets in binary16 are off by 2^-11 of themselves, or 2^-25 where subnormal.
    double rounding = magnitude * 0x1p-10 + 0x1p-25 * 128;
    return rounding
        + switch (type) {
          case Q8_0 -> magnitude / 127 / 2;
          case Q4_0 -> magnitude / 8;
          case Q4_1 -> (largest - smallest) / 15 / 2;
          case Q2_0, TQ2_0 -> magnitude / 2;
          default -> magnitude;
        };
  }
}
