package dev.pbq.eval.sensitivity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.pipeline.HessianTap;
import dev.pbq.core.pipeline.OverlayWeights;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.WeightSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Measures the loss of a model with one linear quantized at a time. The original's hidden states go
 * through the model once, block by block; at each block the linears are quantized by the probe, and
 * one stream for each runs from this block to the end, where its distribution over the vocabulary
 * is compared with the original's. One block is in memory at a time, hidden states are in scratch
 * files, and a block is loaded once for all streams.
 *
 * @param model decoder
 * @param weights lent
 * @param probe method and rate at which linears are quantized to run the model
 * @param others the same at other rates, of which the linear's own error alone is measured
 * @param probed windows that streams run over, at least 1: the first of all
 * @param scratch folder of scratch files; must exist
 */
public record SensitivityMeasurement(
    CausalModel model,
    WeightSource weights,
    Quantizer probe,
    List<Quantizer> others,
    int probed,
    Path scratch) {
  /** Logits that are held at once, of the original and of a stream each. */
  private static final long LOGIT_BYTES = 32L << 20;

  /**
   * Measures.
   *
   * @param windows token ids [windows][tokens]; all of them calibrate the probe, if it is
   *     calibrated
   * @param wanted the linears to measure
   * @param manager parent of everything native; nothing is left in it
   * @throws PbqException NUMERICAL naming the linear if its quantization gives no probabilities;
   *     RESOURCES for scratch files
   */
  public void run(
      int[][] windows, Predicate<Linear> wanted, NDManager manager, SensitivityProgress progress) {
    boolean calibrated = probe.calibrationNeed() == CalibrationNeed.HESSIAN;
    int streamed = Math.min(probed, windows.length);
    int[][] used = calibrated ? windows : Arrays.copyOf(windows, streamed);
    new Walk(used, streamed, calibrated, wanted, manager, progress).run();
  }

  private States states(int windows, int tokens) {
    return States.create(windows, tokens, model.hiddenSize(), scratch);
  }

  /** One measurement. */
  private final class Walk {
    private final int[][] windows;
    private final int streamed;
    private final boolean calibrated;
    private final Predicate<Linear> wanted;
    private final NDManager manager;
    private final SensitivityProgress progress;
    private final int tokens;

    /** Blocks that streams and windows run through, the unit of progress. */
    private double work;

    private double done;

    Walk(
        int[][] windows,
        int streamed,
        boolean calibrated,
        Predicate<Linear> wanted,
        NDManager manager,
        SensitivityProgress progress) {
      this.windows = windows;
      this.streamed = streamed;
      this.calibrated = calibrated;
      this.wanted = wanted;
      this.manager = manager;
      this.progress = progress;
      this.tokens = windows[0].length;
    }

    void run() {
      int last = -1;
      for (int b = 0; b < model.blocks(); b++) {
        int linears = wanted(b).size();
        work += (double) linears * streamed * (model.blocks() - b);
        last = linears > 0 ? b : last;
      }
      work += (double) (windows.length + streamed) * model.blocks();
      try (States ends = states(streamed, tokens);
          LanguageHead head = model.head(manager, weights)) {
        embed(ends);
        for (int b = 0; b < model.blocks(); b++) {
          through(b, ends, streamed);
          step(0, streamed);
        }
        walk(last, ends, head);
      }
    }

    private void walk(int last, States ends, LanguageHead head) {
      try (States even = states(windows.length, tokens);
          States odd = states(windows.length, tokens)) {
        embed(even);
        States inputs = even;
        States outputs = odd;
        for (int b = 0; b <= last; b++) {
          List<Linear> linears = wanted(b);
          Map<Linear, ProbedLinear> quantized = quantize(b, linears, inputs, outputs);
          if (!quantized.isEmpty()) {
            probe(b, quantized, inputs, ends, head);
          }
          States swap = inputs;
          inputs = outputs;
          outputs = swap;
        }
      }
    }

    private List<Linear> wanted(int block) {
      List<Linear> linears = new ArrayList<>();
      for (LinearInput input : model.linearInputs(block)) {
        input.linears().stream().filter(wanted).forEach(linears::add);
      }
      return linears;
    }

    private void step(int block, double streams) {
      done += streams;
      progress.done(block, model.blocks(), Math.min(1, done / work));
    }

    private void embed(States states) {
      try (TokenEmbedding embedding = model.embedding(manager, weights)) {
        for (int first = 0; first < states.windows(); first += states.batch()) {
          int end = Math.min(first + states.batch(), states.windows());
          try (NDManager scope = manager.newSubManager()) {
            states.write(first, embedding.embed(scope, Arrays.copyOfRange(windows, first, end)));
          }
        }
      }
    }

    /** Runs a block; its outputs take the place of its inputs. */
    private void through(int block, States states, int count) {
      try (DecoderBlock loaded = model.block(manager, weights, block)) {
        states.forEach(
            count,
            manager,
            (first, hidden) -> states.write(first, loaded.forward(hidden, LinearInputTap.NONE)));
      }
    }

    /** Runs the original's windows through a block, and quantizes linears of it. */
    private Map<Linear, ProbedLinear> quantize(
        int block, List<Linear> linears, States inputs, States outputs) {
      List<LinearInput> read =
          model.linearInputs(block).stream()
              .filter(input -> calibrated && input.linears().stream().anyMatch(linears::contains))
              .toList();
      Map<Linear, ProbedLinear> quantized = new LinkedHashMap<>();
      try (HessianTap hessians = new HessianTap(read, true);
          DecoderBlock loaded = model.block(manager, weights, block)) {
        inputs.forEach(
            windows.length,
            manager,
            (first, hidden) -> outputs.write(first, loaded.forward(hidden, hessians)));
        step(block, windows.length);
        for (LinearInput input : model.linearInputs(block)) {
          List<Linear> here = input.linears().stream().filter(linears::contains).toList();
          if (!here.isEmpty() && calibrated) {
            try (Hessian hessian = hessians.finish(input)) {
              here.forEach(l -> quantized.put(l, probe(l, Optional.of(hessian))));
            }
          } else {
            here.forEach(l -> quantized.put(l, probe(l, Optional.empty())));
          }
        }
      }
      return quantized;
    }

    private ProbedLinear probe(Linear linear, Optional<Hessian> hessian) {
      FloatMatrix weight = model.layout().view(weights).readMatrix(linear.weight());
      return ProbedLinear.of(new LinearProblem(linear.name(), weight, hessian), probe, others);
    }

    private void probe(
        int block,
        Map<Linear, ProbedLinear> quantized,
        States inputs,
        States ends,
        LanguageHead head) {
      List<Linear> linears = List.copyOf(quantized.keySet());
      try (States streams = states(linears.size() * streamed, tokens)) {
        for (int k = 0; k < linears.size(); k++) {
          Linear linear = linears.get(k);
          int at = k * streamed;
          WeightSource changed =
              new OverlayWeights(
                  weights, Map.of(linear.name(), quantized.get(linear).layer()), Map.of());
          try (DecoderBlock loaded = model.block(manager, changed, block)) {
            inputs.forEach(
                streamed,
                manager,
                (first, hidden) ->
                    streams.write(at + first, loaded.forward(hidden, LinearInputTap.NONE)));
          }
        }
        step(block, streams.windows());
        for (int b = block + 1; b < model.blocks(); b++) {
          through(b, streams, streams.windows());
          step(block, streams.windows());
        }
        double[] losses = losses(linears, streams, ends, head);
        for (int k = 0; k < losses.length; k++) {
          Linear linear = linears.get(k);
          ProbedLinear probed = quantized.get(linear);
          progress.measured(
              new LinearSensitivity(
                  linear.name(),
                  block,
                  linear.rows(),
                  linear.cols(),
                  probed.bits(),
                  losses[k],
                  probed.errors()));
        }
      }
    }

    /** Mean divergence of each stream from the original, over all predicted tokens. */
    private double[] losses(List<Linear> linears, States streams, States ends, LanguageHead head) {
      Divergence divergence = new Divergence(model.vocabularySize());
      int rows = tokens - 1;
      int step = (int) Math.max(1, LOGIT_BYTES / Float.BYTES / model.vocabularySize());
      double[] sums = new double[linears.size()];
      for (int w = 0; w < streamed; w++) {
        for (int first = 0; first < rows; first += step) {
          int count = Math.min(step, rows - first);
          divergence.reference(logits(ends, w, first, count, head), count);
          for (int k = 0; k < sums.length; k++) {
            float[] logits = logits(streams, k * streamed + w, first, count, head);
            sums[k] += divergence.sum(logits, count);
          }
        }
      }
      for (int k = 0; k < sums.length; k++) {
        if (!Double.isFinite(sums[k])) {
          throw PbqException.numerical(
              linears.get(k).name() + ": the model with it quantized gives no probabilities");
        }
        // Rounding of float32 logits may leave less than nothing.
        sums[k] = Math.max(0, sums[k] / ((double) streamed * rows));
      }
      return sums;
    }

    private float[] logits(States states, int window, int first, int count, LanguageHead head) {
      try (NDManager scope = manager.newSubManager();
          NDArray hidden = states.window(window, scope);
          NDArray some = hidden.get(new NDIndex("0:1,{}:{}", first, first + count));
          NDArray logits = head.logits(some)) {
        return logits.toFloatArray();
      }
    }
  }
}
