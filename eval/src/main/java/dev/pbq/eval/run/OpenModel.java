package dev.pbq.eval.run;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.ProductFormat;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.profile.ProfileProgress;
import dev.pbq.eval.profile.VarianceProfile;
import dev.pbq.eval.profile.VarianceProfiler;
import dev.pbq.eval.scoring.ForwardPass;
import dev.pbq.eval.scoring.MeasuredModel;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A folder of a causal model, dense or packed, opened for running. Everything is checked when it is
 * opened; the engine starts when something is first {@linkplain #run run}.
 *
 * <pre>{@code
 * ModelFolder folder = ModelFolder.open(Path.of("out/llama-7b-xnor"));
 * Running running = Running.of(8, 4_000_000_000L);
 * try (OpenModel open = OpenModel.open(folder, Optional.empty(), TokenChoice.DEFAULT, running)) {
 *   MeasuredModel model = open.measured("llama-7b-xnor");
 *   PerplexityResult result =
 *       open.run(manager -> protocol.run(model, manager, ScoringProgress.SILENT));
 * }
 * }</pre>
 *
 * <p>Owns weights, tokenizer and everything native; what its methods return is valid until it is
 * closed. For one thread at a time.
 */
public final class OpenModel implements AutoCloseable {
  private final OpenParts<CausalModel> parts;

  private OpenModel(OpenParts<CausalModel> parts) {
    this.parts = parts;
  }

  /**
   * Opens a folder; the caller closes what is returned.
   *
   * @param format number formats that the blocks' products are computed in; empty for float32
   * @param tokens how texts become tokens
   * @param running what may be used of the machine
   * @throws PbqException BAD_DATA for an architecture or weights that pbq cannot run, or a broken
   *     tokenizer; USAGE if it is no causal model, or the format does not fit it; NOT_FOUND if
   *     tensors or the tokenizer are missing
   */
  public static OpenModel open(
      ModelFolder folder,
      Optional<? extends ProductFormat> format,
      TokenChoice tokens,
      Running running) {
    return new OpenModel(OpenParts.open(folder, Architectures::of, format, tokens, running));
  }

  /** The architecture. */
  public CausalModel model() {
    return parts.model();
  }

  /** The weights; owned and closed by this object. */
  public ModelWeights weights() {
    return parts.weights();
  }

  /** What happens to the operands of the blocks' products. */
  public ProductOperands operands() {
    return parts.operands();
  }

  /** The tokenizer; owned and closed by this object. */
  public Tokenizer tokenizer() {
    return parts.tokenizer();
  }

  /** What may be used of the machine. */
  public Running running() {
    return parts.running();
  }

  /**
   * The model as protocols and tasks take it; valid until this object is closed.
   *
   * @param name for results
   */
  public MeasuredModel measured(String name) {
    return new MeasuredModel(name, pass(weights(), operands()), tokenizer());
  }

  /**
   * A forward pass with other weights or operands than the folder's.
   *
   * @param weights not owned; must stay open as long as the pass is used
   */
  public ForwardPass pass(WeightSource weights, ProductOperands operands) {
    long resident = running().residentBytes();
    if (operands instanceof PackedOperands) {
      // The pass counts float32.
      resident = HeldBytes.asStored(model(), weights()) <= resident ? Long.MAX_VALUE : 0;
    }
    return new ForwardPass(model(), weights, operands, resident, running().scratch());
  }

  /**
   * Computes: starts the engine if need be, and runs {@code body} with the threads that were given.
   *
   * @param body is given the manager that is parent of everything native, which this object owns;
   *     what it returns must be closed before this model, if it holds anything native
   * @return what the body returns
   * @throws PbqException NOT_FOUND if the engine's native libraries cannot be loaded; whatever the
   *     body throws
   */
  public <T> T run(Function<NDManager, T> body) {
    return parts.run(body);
  }

  /**
   * As {@link #run(Function)}, on another device.
   *
   * @param device cpu, gpu or gpu:N
   * @throws PbqException USAGE if there is no such device; otherwise as the other
   */
  public <T> T run(String device, Function<NDManager, T> body) {
    return parts.run(device, body);
  }

  /**
   * Computes without the engine: runs {@code body} with the threads that were given.
   *
   * @return what the body returns
   */
  public <T> T compute(Supplier<T> body) {
    return parts.compute(body);
  }

  /**
   * Measures the variance of every operation's values, and of the weights, block by block, in the
   * number formats that the model was opened with.
   *
   * @param windows token ids [windows][tokens], all of one length
   * @throws PbqException as {@link VarianceProfiler#profile}
   */
  public VarianceProfile profile(int[][] windows, ProfileProgress progress) {
    VarianceProfiler profiler =
        new VarianceProfiler(model(), weights(), operands(), running().scratch());
    return run(manager -> profiler.profile(windows, manager, progress));
  }

  @Override
  public void close() {
    parts.close();
  }
}
