package dev.pbq.eval.sensitivity;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.pipeline.HessianTap;
import dev.pbq.core.pipeline.OverlayWeights;
import dev.pbq.core.quant.LinearProblem;
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
 * Measures the loss of a model with one linear, or one table, quantized at a time. The original's
 * hidden states go through the model once, block by block; at each block the linears are quantized
 * by the probe, and one stream for each runs from this block to the end, where its distribution
 * over the vocabulary is compared with the original's. One block is in memory at a time, hidden
 * states are in scratch files, and a block is loaded once for all streams.
 *
 * @param model decoder
 * @param weights lent
 * @param probe how linears are quantized to run the model
 * @param tables the tables outside of the blocks that are measured too, after the linears, and how
 *     each is quantized
 * @param probed windows that streams run over, at least 1: the first of all
 * @param scratch folder of scratch files; must exist
 */
public record SensitivityMeasurement(
    CausalModel model,
    WeightSource weights,
    Probe probe,
    Map<VocabularyTable, Probe> tables,
    int probed,
    Path scratch) {
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
    boolean calibrated =
        probe.isCalibrated() || tables.values().stream().anyMatch(Probe::isCalibrated);
    int streamed = Math.min(probed, windows.length);
    int[][] used = calibrated ? windows : Arrays.copyOf(windows, streamed);
    new Walk(used, streamed, wanted, manager, progress).run();
  }

  private States states(int windows, int tokens) {
    return States.create(windows, tokens, model.hiddenSize(), scratch);
  }

  /** One measurement. */
  private final class Walk {
    private final int[][] windows;
    private final int streamed;
    private final Predicate<Linear> wanted;
    private final NDManager manager;
    private final SensitivityProgress progress;
    private final int tokens;
    private final Streams original;

    /** Blocks that streams and windows run through, the unit of progress. */
    private double work;

    private double done;

    Walk(
        int[][] windows,
        int streamed,
        Predicate<Linear> wanted,
        NDManager manager,
        SensitivityProgress progress) {
      this.windows = windows;
      this.streamed = streamed;
      this.wanted = wanted;
      this.manager = manager;
      this.progress = progress;
      this.tokens = windows[0].length;
      this.original = new Streams(model, weights, manager);
    }

    void run() {
      int last = -1;
      for (int b = 0; b < model.blocks(); b++) {
        int linears = wanted(b).size();
        work += (double) linears * streamed * (model.blocks() - b);
        last = linears > 0 ? b : last;
      }
      if (tables.values().stream().anyMatch(Probe::isCalibrated)) {
        last = model.blocks() - 1;
      }
      work += (double) (windows.length + streamed) * model.blocks();
      work += (double) streamed * model.blocks() * tables.size();
      try (States states = states(streamed, tokens);
          LanguageHead head = model.head(manager, weights)) {
        original.embed(windows, states);
        for (int b = 0; b < model.blocks(); b++) {
          original.through(b, states);
          step(0, streamed);
        }
        walk(last, new Ends(states, head, model.vocabularySize(), tokens, manager));
      }
    }

    private void walk(int last, Ends ends) {
      try (States even = states(windows.length, tokens);
          States odd = states(windows.length, tokens)) {
        original.embed(windows, even);
        States inputs = even;
        States outputs = odd;
        for (int b = 0; b <= last; b++) {
          List<Linear> linears = wanted(b);
          Map<Linear, ProbedLinear> quantized = quantize(b, linears, inputs, outputs);
          if (!quantized.isEmpty()) {
            probe(b, quantized, inputs, ends);
          }
          States swap = inputs;
          inputs = outputs;
          outputs = swap;
        }
        TableProbe outside =
            new TableProbe(original, windows, ends, () -> states(streamed, tokens));
        for (Map.Entry<VocabularyTable, Probe> table : tables.entrySet()) {
          progress.measured(outside.measure(table.getKey(), table.getValue(), inputs));
          step(model.blocks() - 1, (double) streamed * model.blocks());
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

    /** Runs the original's windows through a block, and quantizes linears of it. */
    private Map<Linear, ProbedLinear> quantize(
        int block, List<Linear> linears, States inputs, States outputs) {
      List<LinearInput> read =
          model.linearInputs(block).stream()
              .filter(
                  input ->
                      probe.isCalibrated() && input.linears().stream().anyMatch(linears::contains))
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
          if (!here.isEmpty() && probe.isCalibrated()) {
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
      return ProbedLinear.of(new LinearProblem(linear.name(), weight, hessian), probe);
    }

    private void probe(int block, Map<Linear, ProbedLinear> quantized, States inputs, Ends ends) {
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
          original.through(b, streams);
          step(block, streams.windows());
        }
        List<String> names = linears.stream().map(Linear::name).toList();
        double[] losses = ends.losses(names, streams, ends.head());
        for (int k = 0; k < losses.length; k++) {
          ProbedLinear probed = quantized.get(linears.get(k));
          progress.measured(probed.measured(names.get(k), block, losses[k]));
        }
      }
    }
  }
}
