package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.activation.WindowValues;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The pieces that a run falls into, each computed as this machine alone would, to the last bit, by
 * whoever has the weights: what a {@link RunEngine} has its machines do.
 */
public final class BlockPieces {
  private final TransformerModel model;
  private final WeightSource original;

  /**
   * @param original the dense weights, lent
   */
  public BlockPieces(TransformerModel model, WeightSource original) {
    this.model = model;
    this.original = original;
  }

  /** Whether methods are judged on some of a run's windows for an input's linears. */
  public static boolean isJudged(PlannedInput input, int windows) {
    return input.isChosen() && windows > 1;
  }

  /**
   * Whether a window is one of those that methods are judged on.
   *
   * @param windows all of the run, at least 2
   */
  public static boolean isHeldOut(int window, int windows) {
    return new HeldOut(windows).contains(window);
  }

  /** Whether an expert was routed too few tokens to be calibrated with them; it is logged. */
  public static boolean isStarved(LinearInput input, long tokens) {
    return BlockCalibrator.tooFew(input, tokens);
  }

  /**
   * Refuses token ids that the model does not have.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA
   */
  public static void requireKnown(CausalModel model, Calibration data) {
    new WindowEmbedding(model, data, HiddenStates.of(1, data.tokens(), model.hiddenSize()))
        .requireKnown();
  }

  /** Quantizes a linear that nothing is calibrated for. */
  public FinishedLinear quantize(int block, PlannedLinear linear) {
    return new LinearQuantizer(model.layout().view(original))
        .quantize(block, linear, Optional.empty());
  }

  /**
   * Quantizes a linear of a calibrated block.
   *
   * @param quantized linears of the block that are quantized already, by name
   * @param hessian of its input, lent; empty if none of the input's linears needs it
   * @param heldOut of the windows to judge by, lent; present if {@link #isJudged}
   */
  public FinishedLinear quantize(
      int block,
      PlannedLinear linear,
      Map<String, QuantizedLinear> quantized,
      Optional<Hessian> hessian,
      Optional<Hessian> heldOut) {
    // Null, as try-with-resources takes it.
    try (HeldOutChoice choice =
        heldOut.map(judging -> new HeldOutChoice(hessian.orElseThrow(), judging)).orElse(null)) {
      return new LinearQuantizer(model.layout().view(overlaid(quantized)))
          .quantize(block, linear, hessian, Optional.empty(), Optional.ofNullable(choice));
    }
  }

  /**
   * Looks up windows in the embedding.
   *
   * @param tables quantized tables in place of the original's
   * @param states of these windows, in the run's batches
   * @param ids token ids of these windows
   * @param outputs takes what enters the first block
   */
  public void embed(
      Map<String, QuantizedLinear> tables,
      HiddenStates states,
      int[][] ids,
      WindowValues outputs,
      NDManager manager) {
    try (TokenEmbedding embedding = model.embedding(manager, overlaid(tables))) {
      WindowEmbedding.write(embedding, ids, states, outputs, manager);
    }
  }

  /** Loads a block with the linears that are quantized; the caller closes it. */
  public OpenBlock open(int block, Map<String, QuantizedLinear> quantized, NDManager manager) {
    CausalModel causal = (CausalModel) model;
    return new OpenBlock(causal, block, causal.block(manager, overlaid(quantized), block), manager);
  }

  private WeightSource overlaid(Map<String, QuantizedLinear> quantized) {
    return quantized.isEmpty() ? original : new OverlayWeights(original, quantized, Map.of());
  }

  /** A block in memory, and windows that are run through it. Not for use by several threads. */
  public static final class OpenBlock implements AutoCloseable {
    private final CausalModel model;
    private final int index;
    private final DecoderBlock block;
    private final NDManager manager;

    private OpenBlock(CausalModel model, int index, DecoderBlock block, NDManager manager) {
      this.model = model;
      this.index = index;
      this.block = block;
      this.manager = manager;
    }

    /**
     * Runs windows through the block.
     *
     * @param states of these windows, in the run's batches
     */
    public void propagate(HiddenStates states, WindowValues inputs, WindowValues outputs) {
      lanes(states).propagate(index, block, inputs, outputs, manager);
    }

    /**
     * Runs windows as far as an input, and shows what some inputs are, batch by batch in order.
     *
     * @param states of these windows, in the run's batches
     * @param last where to stop
     * @param wanted inputs to show
     * @param tap for the batch that starts at a window of {@code states}
     */
    public void show(
        HiddenStates states,
        WindowValues inputs,
        LinearInput last,
        List<LinearInput> wanted,
        IntFunction<LinearInputTap> tap) {
      lanes(states).show(index, block, last, wanted, inputs, tap, manager);
    }

    private WindowLanes lanes(HiddenStates states) {
      return WindowLanes.of(model, states, RunMemory.USUAL, ProgressListener.SILENT);
    }

    @Override
    public void close() {
      block.close();
    }
  }
}
