package dev.pbq.export.gptq;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffineFormat;
import dev.pbq.export.AffineLayer;
import dev.pbq.export.AffinePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * GPTQ's layout for layers on uniform grids.
 *
 * @param asked {@code checkpoint_format} that a user wants; empty for {@code gptq} where all layers
 *     are symmetric and {@code gptq_v2} elsewhere
 */
record GptqFormat(Optional<String> asked) implements AffineFormat {
  /** Rows and columns must be whole multiples of this for words to end where they do. */
  private static final int WORD = 32;

  private static final String OLDER = "gptq";
  private static final String NEWER = "gptq_v2";

  /**
   * Checks.
   *
   * @throws PbqException USAGE for a name that is none
   */
  GptqFormat {
    asked
        .filter(name -> !name.equals(OLDER) && !name.equals(NEWER))
        .ifPresent(
            name -> {
              throw PbqException.setting(
                  "{checkpointFormat} %s is not one of %s, %s", name, OLDER, NEWER);
            });
  }

  @Override
  public String name() {
    return "gptq";
  }

  @Override
  public Set<Integer> widths() {
    return Set.of(2, 3, 4, 8);
  }

  @Override
  public DType scales() {
    return DType.F16;
  }

  @Override
  public Optional<String> misfit(int rows, int cols) {
    return rows % WORD != 0 || cols % WORD != 0
        ? Optional.of("a shape of %d x %d, not multiples of %d".formatted(rows, cols, WORD))
        : Optional.empty();
  }

  @Override
  public Optional<String> misfit(AffinePlan.Grid grid, AffinePlan.Grid most) {
    return Optional.empty();
  }

  /**
   * Whether zero points are stored less one: what readers of the older format make of asymmetric
   * layers differs, and GPTQModel refuses them.
   */
  private boolean minusOne(AffinePlan plan) {
    return asked.orElse(plan.isSymmetric() ? OLDER : NEWER).equals(OLDER);
  }

  @Override
  public TensorGroup tensors(String linear, Supplier<AffineLayer> layer, AffinePlan plan) {
    return GptqTensors.of(linear, layer, minusOne(plan));
  }

  @Override
  public float[] read(
      ModelFolder written, Checkpoint stored, String linear, AffinePlan plan, int rows, int cols) {
    return new GptqReader(stored, minusOne(plan))
        .read(linear, plan.packed().get(linear).bits(), rows, cols);
  }

  @Override
  public ObjectNode settings(AffinePlan plan, List<String> others, String method) {
    boolean minusOne = minusOne(plan);
    if (minusOne && plan.packed().values().stream().anyMatch(AffinePlan.Grid::zeroAtZero)) {
      throw PbqException.setting(
          "{checkpointFormat} gptq stores zero points less one, and some are 0: use gptq_v2");
    }
    return GptqSettingsFile.json(plan, minusOne, method);
  }

  @Override
  public Map<String, ObjectNode> files(ObjectNode settings) {
    return Map.of("quantize_config.json", settings);
  }

  @Override
  public List<String> notes(AffinePlan plan) {
    List<String> notes = new ArrayList<>();
    if (!minusOne(plan)) {
      notes.add(
          "zero points are stored as they are (checkpoint_format gptq_v2), as layers are not"
              + " symmetric; setting symmetric of rtn and gptq makes what the fastest kernels"
              + " want");
    } else if (!plan.isSymmetric()) {
      notes.add(
          "layers are not symmetric, and GPTQModel refuses such in checkpoint_format gptq;"
              + " gptq_v2 is the default for them");
    }
    if (plan.packed().values().stream().anyMatch(g -> g.bits() == 4 && g.groupSize() == -1)) {
      notes.add("layers of 4 bits with one group in a row: transformers does not load them");
    }
    if (plan.isMixed()) {
      notes.add(
          "layers differ in width or group size (key dynamic of quantization_config): GPTQModel and"
              + " vLLM read that, transformers does not load it");
    }
    return notes;
  }
}
