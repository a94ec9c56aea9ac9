package dev.pbq.export.compressed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffineFormat;
import dev.pbq.export.AffineLayer;
import dev.pbq.export.AffinePlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The layouts of compressed-tensors for layers on uniform grids; {@link CompressedTensorsLayout}
 * reads them.
 *
 * @param naive whether integers are stored as bytes, rather than packed into words
 * @param scales the type of scales: programs compute in it, and so it is that of all that is dense
 */
record CompressedFormat(boolean naive, DType scales) implements AffineFormat {
  @Override
  public String name() {
    return CompressedTensorsLayout.NAME;
  }

  @Override
  public Set<Integer> widths() {
    return naive ? Set.of(8) : Set.of(4, 8);
  }

  @Override
  public Optional<String> misfit(int rows, int cols) {
    return Optional.empty();
  }

  @Override
  public Optional<String> misfit(AffinePlan.Grid grid, AffinePlan.Grid most) {
    if (grid.ordered()) {
      return Optional.of("groups of columns that are not neighbours (act order)");
    }
    return grid.ragged()
        ? Optional.of("a last group that is narrower than the others")
        : Optional.empty();
  }

  @Override
  public TensorGroup tensors(String linear, Supplier<AffineLayer> layer, AffinePlan plan) {
    return new CompressedTensors(naive, scales, !plan.isSymmetric()).of(linear, layer);
  }

  @Override
  public float[] read(
      ModelFolder written, Checkpoint stored, String linear, AffinePlan plan, int rows, int cols) {
    return new CompressedTensorsLayout().read(written, stored, linear).dequantize().data();
  }

  @Override
  public ObjectNode settings(AffinePlan plan, List<String> others, String method) {
    return CompressedSettings.json(plan, others, naive);
  }

  @Override
  public Map<String, ObjectNode> files(ObjectNode settings) {
    return Map.of();
  }

  @Override
  public List<String> notes(AffinePlan plan) {
    if (naive) {
      return List.of("naive-quantized: transformers loads it; vLLM wants pack-quantized");
    }
    return plan.isSymmetric()
        ? List.of()
        : List.of(
            "layers are not symmetric: transformers 5 loads packed zero points with"
                + " CompressedTensorsConfig(dequantize=True) only; setting symmetric of rtn and"
                + " gptq makes layers without them");
  }
}
