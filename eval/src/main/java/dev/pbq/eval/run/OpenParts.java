package dev.pbq.eval.run;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductFormat;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.pipeline.ModelFacts;
import dev.pbq.kernels.decoder.LinearProducts;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The parts that running a model needs, opened in order and closed in reverse order: architecture,
 * operands, weights, the check that no tensor is missing, tokenizer; and, when something is first
 * computed, the engine. Owns what it opens. For one thread at a time.
 *
 * @param <M> what kind of model it is
 */
final class OpenParts<M extends TransformerModel> implements AutoCloseable {
  private final M model;
  private final ProductOperands operands;
  private final ModelWeights weights;
  private final Tokenizer tokenizer;
  private final Running running;
  private NDManager manager;

  private OpenParts(
      M model,
      ProductOperands operands,
      ModelWeights weights,
      Tokenizer tokenizer,
      Running running) {
    this.model = model;
    this.operands = operands;
    this.weights = weights;
    this.tokenizer = tokenizer;
    this.running = running;
  }

  /**
   * Opens a folder; starts no engine. The caller closes what is returned.
   *
   * @param architecture makes the model of a configuration; its second argument is the name of the
   *     folder, for messages
   */
  static <M extends TransformerModel> OpenParts<M> open(
      ModelFolder folder,
      BiFunction<JsonNode, String, M> architecture,
      Optional<? extends ProductFormat> format,
      TokenChoice tokens,
      Running running) {
    String where = folder.shown().toString();
    M model = architecture.apply(folder.config(), where);
    if (format.isPresent() && running.packed()) {
      throw PbqException.usage(
          "products in number formats take float32 weights: not from weights as they are stored");
    }
    Optional<ProductOperands> inFormats = format.map(f -> f.operands(model));
    ModelWeights weights = Checkpoints.open(folder);
    try {
      model.requireTensors(weights, where);
      ModelFacts.of(folder, weights, model.layout()).tell();
      Tokenizer tokenizer = tokens.open(folder.path());
      try {
        ModelFacts.tellVocabulary(where, tokenizer.vocabularySize(), model, weights);
      } catch (RuntimeException | Error e) {
        tokenizer.close();
        throw e;
      }
      ProductOperands operands =
          inFormats.orElseGet(
              () ->
                  running.packed()
                      ? new PackedOperands(new LinearProducts(model.layout(), weights))
                      : ProductOperands.UNCHANGED);
      return new OpenParts<>(model, operands, weights, tokenizer, running);
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }

  M model() {
    return model;
  }

  ProductOperands operands() {
    return operands;
  }

  ModelWeights weights() {
    return weights;
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  Running running() {
    return running;
  }

  /** Computes with the given threads; the manager is owned and closed by this object. */
  <T> T run(Function<NDManager, T> body) {
    return run("cpu", body);
  }

  /** Computes with the given threads, without the engine. */
  <T> T compute(Supplier<T> body) {
    return Parallel.withThreads(running.threads(), body::get);
  }

  /** Computes on a device; all computing of one object must be on the same. */
  <T> T run(String device, Function<NDManager, T> body) {
    return Parallel.withThreads(
        running.threads(),
        () -> {
          Engines.setThreads(running.threads());
          if (manager == null) {
            manager = Engines.newManager(device);
          }
          return body.apply(manager);
        });
  }

  @Override
  public void close() {
    try (weights;
        tokenizer) {
      if (manager != null) {
        manager.close();
      }
    }
  }
}
