package dev.pbq.workflow.speed;

import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.decoder.LinearProducts;
import dev.pbq.kernels.speed.KindSpeed;
import dev.pbq.kernels.speed.Stopwatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What the products with a model's own weights allow: the linears of a few blocks and the head are
 * read as they are stored and measured, the blocks taken for all. Attention, norms and the choice
 * of a token come on top.
 *
 * @param seconds of all products for one token
 * @param promptSeconds of all products for each token of a prompt
 * @param bytes of all weights that a token is multiplied with
 */
public record ModelSpeed(double seconds, double promptSeconds, long bytes) {
  /** Blocks that are measured at most. */
  private static final int SAMPLES = 4;

  /** Seconds for each matrix of the first block, until the loops are compiled; not counted. */
  private static final double WARM_UP_SECONDS = 0.4;

  /** Tokens of a prompt that are multiplied together. */
  private static final int PROMPT = 64;

  /**
   * Measures; to be called in a {@link dev.pbq.core.parallel.Crew}.
   *
   * @param seconds to spend on each matrix
   * @param shown is told what is measured next
   */
  public static ModelSpeed measure(ModelFolder folder, double seconds, Consumer<String> shown) {
    CausalModel model = Architectures.of(folder.config(), folder.shown().toString());
    Stopwatch stopwatch = new Stopwatch(seconds);
    try (ModelWeights weights = Checkpoints.open(folder)) {
      model.requireTensors(weights, folder.shown().toString());
      LinearProducts products = new LinearProducts(model.layout(), weights);
      shown.accept("warm-up");
      Stopwatch warming = new Stopwatch(WARM_UP_SECONDS);
      for (Linear linear : used(model, 0)) {
        of(products.of(linear.name()), warming);
      }
      int blocks = Math.min(SAMPLES, model.blocks());
      ModelSpeed sum = new ModelSpeed(0, 0, 0);
      for (int i = 0; i < blocks; i++) {
        int block = (int) ((long) i * model.blocks() / blocks);
        for (Linear linear : used(model, block)) {
          shown.accept(linear.name());
          PackedProduct product = products.of(linear.name());
          sum = sum.plus(of(product, stopwatch), (double) model.blocks() / blocks);
        }
      }
      VocabularyTable head =
          model.layout().vocabularyTables(name -> weights.contains(name)).stream()
              .filter(table -> table.use().isHead())
              .findFirst()
              .orElseThrow();
      shown.accept(head.name());
      PackedProduct product = products.of(head.name());
      return sum.plus(of(product, stopwatch), 1);
    }
  }

  /** A block's linears; of a mixture's experts, as many as a token goes through. */
  private static List<Linear> used(CausalModel model, int block) {
    int experts =
        model
            .facts()
            .flatMap(facts -> facts.blocks().get(block).mixture())
            .map(mixture -> mixture.routing().experts())
            .orElse(Integer.MAX_VALUE);
    List<Linear> used = new ArrayList<>();
    for (Linear linear : model.layout().linears()) {
      if (linear.block() == block && linear.expert().orElse(0) < experts) {
        used.add(linear);
      }
    }
    return used;
  }

  private static ModelSpeed of(PackedProduct product, Stopwatch stopwatch) {
    double prompt = KindSpeed.seconds(product, PROMPT, stopwatch) / PROMPT;
    return new ModelSpeed(
        KindSpeed.seconds(product, 1, stopwatch), prompt, product.residentBytes());
  }

  private ModelSpeed plus(ModelSpeed other, double times) {
    return new ModelSpeed(
        seconds + times * other.seconds,
        promptSeconds + times * other.promptSeconds,
        bytes + Math.round(times * other.bytes));
  }

  /** The figures as text. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "weights in memory   %8.1f MB%n"
            + "products for a token %7.2f ms: at most %.1f tokens a second%n"
            + "in a prompt         %8.2f ms: at most %.1f tokens a second%n",
        bytes / 1e6,
        1e3 * seconds,
        1 / seconds,
        1e3 * promptSeconds,
        1 / promptSeconds);
  }
}
