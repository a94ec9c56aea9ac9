package dev.pbq.search.study;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.run.Running;
import dev.pbq.eval.scoring.ForwardPass;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.config.QuantConfig;
import dev.pbq.formats.model.ActFormat;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The dense model that all trials of a study run, each in other number formats. Owns everything it
 * opens.
 */
public final class TrialModel implements AutoCloseable {
  private final OpenModel open;
  private final WeightSource weights;

  private TrialModel(OpenModel open) {
    this.open = open;
    this.weights = new CachedWeights(open.weights(), open.running().residentBytes());
  }

  /**
   * Opens a folder; the caller closes what is returned.
   *
   * @param folder of a dense model
   * @param tokens how texts become tokens
   * @param running what may be used of the machine
   * @throws PbqException as {@link OpenModel#open} does
   */
  public static TrialModel open(ModelFolder folder, TokenChoice tokens, Running running) {
    if (running.packed()) {
      throw PbqException.usage(
          "number formats take float32 weights: not weights as they are stored");
    }
    return new TrialModel(OpenModel.open(folder, Optional.empty(), tokens, running));
  }

  /** The architecture. */
  CausalModel model() {
    return open.model();
  }

  /** The model's tokenizer; owned and closed by this object. */
  Tokenizer tokenizer() {
    return open.tokenizer();
  }

  /** Runs {@code body} on the model in a configuration; empty for full precision. */
  <T> T run(Optional<QuantConfig> config, BiFunction<ForwardPass, NDManager, T> body) {
    ProductOperands operands = config.map(this::operands).orElse(ProductOperands.UNCHANGED);
    ForwardPass pass = open.pass(weights, operands);
    return open.run(manager -> body.apply(pass, manager));
  }

  private ProductOperands operands(QuantConfig config) {
    return new ActFormat("search", config, Rules.FIXED, true).operands(model());
  }

  @Override
  public void close() {
    open.close();
  }
}
