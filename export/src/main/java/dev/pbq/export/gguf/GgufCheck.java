package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.DenseTensors;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportSource;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.Fidelity;
import dev.pbq.export.FloatTypes;
import dev.pbq.export.TensorError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads a file back and compares it with the source, tensor by tensor: names, shapes, and every
 * value to the exactness that was promised.
 */
final class GgufCheck {
  private final ExportSource source;
  private final LlamaArchitecture architecture;
  private final ExportProgress progress;

  GgufCheck(ExportSource source, LlamaArchitecture architecture, ExportProgress progress) {
    this.source = source;
    this.architecture = architecture;
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
            tokens == architecture.vocabularySize(),
            file + " holds " + tokens + " tokens of " + architecture.vocabularySize());
      }
      for (PlannedTensor tensor : planned) {
        progress.at("check", tensor.source(), tensors.size(), planned.size());
        GgufReader.Entry entry = reader.tensors().get(tensor.name());
        require(entry != null, file + " does not hold " + tensor.name());
        if (!tensor.source().equals(TensorRows.ROPE)) {
          tensors.add(check(reader, entry, tensor));
        }
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
    for (long d : source.shape(tensor.source())) {
      dims.add(d);
    }
    Collections.reverse(dims);
    require(
        dims.equals(entry.dims()) && entry.type() == tensor.type().id(),
        tensor.name() + " was read back with another shape or type");
    int rows = source.rows(tensor.source());
    int cols = source.cols(tensor.source());
    // A vector's elements change places as rows do.
    boolean vector = rows == 1 && dims.size() == 1;
    int step = Math.min(rows, DenseTensors.chunkRows(cols));
    float[] expected = new float[step * cols];
    TensorError.Sum sum = new TensorError.Sum();
    int rowBytes = tensor.type().rowBytes(cols);
    for (int first = 0; first < rows; first += step) {
      int count = Math.min(step, rows - first);
      source.read(tensor.source(), first, count, expected);
      for (int r = 0; r < count; r++) {
        int at = vector ? 0 : place(first + r, rows, tensor.heads());
        float[] actual =
            BlockDecoder.decode(
                entry.type(), reader.bytes(entry, (long) at * rowBytes, rowBytes), cols);
        compare(tensor, expected, r * cols, actual, vector, sum);
      }
    }
    TensorError error = sum.error();
    return new ExportedTensor(
        tensor.source(), tensor.name(), tensor.type().label(), fidelity(tensor, error), error);
  }

  private static Fidelity fidelity(PlannedTensor tensor, TensorError error) {
    if (error.isZero()) {
      return Fidelity.EXACT;
    }
    return tensor.type().isQuantized() ? Fidelity.REQUANTIZED : Fidelity.ROUNDED;
  }

  /** Where row {@code i} of the source is in the file. */
  private static int place(int i, int rows, int heads) {
    if (heads == 0) {
      return i;
    }
    int width = rows / heads;
    int r = i % width;
    return i - r + (r < width / 2 ? 2 * r : 2 * (r - width / 2) + 1);
  }

  private static void compare(
      PlannedTensor tensor,
      float[] expected,
      int from,
      float[] actual,
      boolean vector,
      TensorError.Sum sum) {
    int block = tensor.type().blockSize();
    boolean nearest = tensor.fill() == Fill.NEAREST || tensor.fill() == Fill.NEAREST_UNLESS_EXACT;
    double allowed = 0;
    for (int i = 0; i < actual.length; i++) {
      if (nearest && i % block == 0) {
        allowed = largestError(tensor.type(), expected, from + i);
      }
      float was = expected[from + i];
      float is = actual[vector ? place(i, actual.length, tensor.heads()) : i];
      sum.add(was, is);
      boolean right =
          switch (tensor.fill()) {
            case EXACT -> was == is;
            case ROUND -> FloatTypes.round(floatType(tensor.type()), was) == is;
            case NEAREST, NEAREST_UNLESS_EXACT -> Math.abs((double) was - is) <= allowed;
          };
      if (!right) {
        throw PbqException.badData(
            "%s, weight %d of a row: %s was read back for %s".formatted(tensor, i, is, was));
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
