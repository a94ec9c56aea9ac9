package dev.pbq.cli;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.generate.Generator;
import dev.pbq.core.generate.StopReason;
import dev.pbq.core.generate.TextStream;
import dev.pbq.core.generate.TokenSampler;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.formats.model.ActFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/** A model folder, dense or packed, opened to generate text; owns everything it opens. */
final class TextModel implements AutoCloseable {
  /**
   * What was generated.
   *
   * @param tokens how many
   * @param seconds from the prompt on
   */
  record Outcome(StopReason reason, int tokens, double seconds) {}

  private final NDManager manager;
  private final ModelWeights weights;
  private final Tokenizer tokenizer;
  private final CausalModel model;
  private final Generator generator;
  private final Set<Integer> endTokens;

  private TextModel(
      NDManager manager,
      ModelWeights weights,
      Tokenizer tokenizer,
      CausalModel model,
      Generator generator,
      Set<Integer> endTokens) {
    this.manager = manager;
    this.weights = weights;
    this.tokenizer = tokenizer;
    this.model = model;
    this.generator = generator;
    this.endTokens = endTokens;
  }

  /**
   * Opens a model; the caller closes it.
   *
   * @param capacity tokens, at most what the model has positions for
   */
  static TextModel open(
      ModelFolder folder, TokenizerOptions tokenizers, String resident, int threads, int capacity) {
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    ProductOperands operands =
        ActFormat.recorded(folder).map(f -> f.operands(model)).orElse(ProductOperands.UNCHANGED);
    long residentBytes = ShardSize.parse(resident);
    ModelWeights weights = Checkpoints.open(folder);
    Tokenizer tokenizer = null;
    NDManager manager = null;
    try {
      Evaluation.requireTensors(model, weights, folder.path());
      tokenizer = tokenizers.open(folder.path());
      Set<Integer> endTokens = new LinkedHashSet<>(folder.endTokens());
      tokenizer.eosTokenId().ifPresent(endTokens::add);
      Engines.setThreads(threads);
      manager = Engines.newManager();
      Generator generator =
          Generator.open(
              manager,
              model,
              weights,
              operands,
              model.floatBytes(weights) <= residentBytes,
              Math.min(capacity, model.maxPositions()));
      return new TextModel(manager, weights, tokenizer, model, generator, endTokens);
    } catch (RuntimeException | Error e) {
      if (manager != null) {
        manager.close();
      }
      if (tokenizer != null) {
        tokenizer.close();
      }
      weights.close();
      throw e;
    }
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  int positions() {
    return model.maxPositions();
  }

  /** Continues {@code prompt}; {@code text} hears what is added as it comes. */
  Outcome generate(int[] prompt, int maxNewTokens, TokenSampler sampler, Consumer<String> text) {
    long start = System.nanoTime();
    TextStream stream = new TextStream(tokenizer, prompt);
    int[] count = {0};
    StopReason reason =
        generator.generate(
            prompt,
            maxNewTokens,
            endTokens,
            sampler,
            id -> {
              count[0]++;
              text.accept(stream.add(id));
            });
    text.accept(stream.end());
    return new Outcome(reason, count[0], (System.nanoTime() - start) * 1e-9);
  }

  @Override
  public void close() {
    generator.close();
    manager.close();
    tokenizer.close();
    weights.close();
  }
}
