package dev.pbq.cli.search;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.scoring.ForwardPass;
import dev.pbq.formats.config.QuantConfig;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The dense model that all trials of a study run, each in its own number formats. */
public final class TrialModel implements AutoCloseable {
  private final OpenModel open;
  private final WeightSource weights;
  private final Function<QuantConfig, ProductOperands> operands;

  /**
   * Prepares; reads nothing.
   *
   * @param open a dense model in float32; owned from here on
   * @param operands how a configuration changes operands, weights included
   */
  public TrialModel(OpenModel open, Function<QuantConfig, ProductOperands> operands) {
    this.open = open;
    this.weights = new CachedWeights(open.weights(), open.running().residentBytes());
    this.operands = operands;
  }

  /** The model's tokenizer, lent. */
  Tokenizer tokenizer() {
    return open.tokenizer();
  }

  /** Runs {@code body} on the model in a configuration; empty for full precision. */
  <T> T run(Optional<QuantConfig> config, BiFunction<ForwardPass, NDManager, T> body) {
    ForwardPass pass = open.pass(weights, config.map(operands).orElse(ProductOperands.UNCHANGED));
    return open.run(manager -> body.apply(pass, manager));
  }

  @Override
  public void close() {
    open.close();
  }
}
