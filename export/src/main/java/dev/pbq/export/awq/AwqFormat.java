package dev.pbq.export.awq;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffineFormat;
import dev.pbq.export.AffineLayer;
import dev.pbq.export.AffinePlan;
import dev.pbq.export.LazyTensors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** AutoAWQ's layout, version {@code gemm}, for layers on uniform grids; {@link AwqLayout} reads. */
final class AwqFormat implements AffineFormat {
  @Override
  public String name() {
    return AwqLayout.NAME;
  }

  @Override
  public Set<Integer> widths() {
    return Set.of(AwqLayout.BITS);
  }

  @Override
  public DType scales() {
    return DType.F16;
  }

  @Override
  public Optional<String> misfit(int rows, int cols) {
    return rows % AwqLayout.PER_WORD != 0
        ? Optional.of(
            "%d outputs, not a multiple of the %d codes in a word"
                .formatted(rows, AwqLayout.PER_WORD))
        : Optional.empty();
  }

  @Override
  public Optional<String> misfit(AffinePlan.Grid grid, AffinePlan.Grid most) {
    if (grid.ordered()) {
      return Optional.of("groups of columns that are not neighbours (act order)");
    }
    if (grid.ragged()) {
      return Optional.of("a last group that is narrower than the others");
    }
    return grid.isLike(most)
        ? Optional.empty()
        : Optional.of(
            "groups of %d columns, where the layout has one size for all layers, here %d"
                .formatted(grid.groupSize(), most.groupSize()));
  }

  @Override
  public TensorGroup tensors(String linear, Supplier<AffineLayer> layer, AffinePlan plan) {
    AffineLayer shape = layer.get();
    long words = shape.rows() / AwqLayout.PER_WORD;
    return new TensorGroup(
        List.of(
            LazyTensors.words(
                linear + ".qweight", new long[] {shape.cols(), words}, () -> weights(layer.get())),
            LazyTensors.words(
                linear + ".qzeros", new long[] {shape.groups(), words}, () -> zeros(layer.get())),
            LazyTensors.numbers(
                linear + ".scales",
                DType.F16,
                new long[] {shape.groups(), shape.rows()},
                () -> layer.get().scale())),
        Map.of());
  }

  private static int[] weights(AffineLayer layer) {
    int perRow = layer.rows() / AwqLayout.PER_WORD;
    int[] words = new int[layer.cols() * perRow];
    for (int r = 0; r < layer.rows(); r++) {
      int shift = shift(r);
      for (int c = 0; c < layer.cols(); c++) {
        words[c * perRow + r / AwqLayout.PER_WORD] |= layer.codes()[r * layer.cols() + c] << shift;
      }
    }
    return words;
  }

  private static int[] zeros(AffineLayer layer) {
    int perRow = layer.rows() / AwqLayout.PER_WORD;
    int[] words = new int[layer.groups() * perRow];
    for (int g = 0; g < layer.groups(); g++) {
      for (int r = 0; r < layer.rows(); r++) {
        words[g * perRow + r / AwqLayout.PER_WORD] |=
            layer.zero()[g * layer.rows() + r] << shift(r);
      }
    }
    return words;
  }

  /**
   * Where an output's code begins in its word: even outputs fill the low half, odd ones the high.
   */
  private static int shift(int output) {
    int within = output % AwqLayout.PER_WORD;
    return AwqLayout.BITS * (within % 2 == 0 ? within / 2 : AwqLayout.PER_WORD / 2 + within / 2);
  }

  @Override
  public float[] read(
      ModelFolder written, Checkpoint stored, String linear, AffinePlan plan, int rows, int cols) {
    return new AwqLayout().read(written, stored, linear).dequantize().data();
  }

  @Override
  public ObjectNode settings(AffinePlan plan, List<String> others, String method) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("quant_method", AwqLayout.NAME);
    json.put("version", AwqLayout.VERSION);
    json.put("bits", AwqLayout.BITS);
    json.put("group_size", plan.most().groupSize());
    json.put("zero_point", true);
    if (!plan.dense().isEmpty()) {
      ArrayNode dense = json.putArray("modules_to_not_convert");
      plan.dense().forEach(dense::add);
    }
    return json;
  }

  @Override
  public Map<String, ObjectNode> files(ObjectNode settings) {
    return Map.of();
  }

  @Override
  public List<String> notes(AffinePlan plan) {
    return List.of();
  }
}
