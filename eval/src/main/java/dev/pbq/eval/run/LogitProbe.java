package dev.pbq.eval.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.EncoderClassifier;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.classify.TextClassifier;
import dev.pbq.eval.scoring.BatchPlan;
import dev.pbq.eval.scoring.ForwardPass;
import java.util.function.Function;

/**
 * What a model computes for a few tokens, for comparing two ways in which one model is stored;
 * needs no tokenizer.
 *
 * @param running what may be used of the machine
 */
public record LogitProbe(Running running) {
  /**
   * The logits of one sequence.
   *
   * @param weights not owned
   * @param ids at least one token
   * @return of a causal model [tokens * vocabulary], of a classifier [labels]
   * @throws dev.pbq.core.PbqException NOT_FOUND or BAD_DATA naming a tensor that is missing, of the
   *     wrong shape, or not finite; BAD_DATA if an id is outside the vocabulary
   */
  public float[] logits(TransformerModel model, WeightSource weights, int[] ids) {
    return run(
        manager ->
            model instanceof CausalModel causal
                ? causal(causal, weights, ids, manager)
                : classifier((EncoderClassifier) model, weights, ids, manager));
  }

  private float[] causal(CausalModel model, WeightSource weights, int[] ids, NDManager manager) {
    ForwardPass pass =
        new ForwardPass(
            model, weights, ProductOperands.UNCHANGED, running.residentBytes(), running.scratch());
    float[] logits = new float[Math.multiplyExact(ids.length, model.vocabularySize())];
    pass.run(
        BatchPlan.inOrder(new int[][] {ids}, ids.length),
        manager,
        ScoringProgress.SILENT,
        (batch, hidden, head) -> {
          try (NDArray computed = head.logits(hidden)) {
            float[] values = computed.toFloatArray();
            System.arraycopy(values, 0, logits, 0, logits.length);
          }
        });
    return logits;
  }

  private static float[] classifier(
      EncoderClassifier model, WeightSource weights, int[] ids, NDManager manager) {
    try (TextClassifier loaded =
        TextClassifier.load(model, weights, ProductOperands.UNCHANGED, manager)) {
      return loaded.logits(new int[][] {ids})[0];
    }
  }

  private <T> T run(Function<NDManager, T> body) {
    return Parallel.withThreads(
        running.threads(),
        () -> {
          Engines.setThreads(running.threads());
          try (NDManager manager = Engines.newManager()) {
            return body.apply(manager);
          }
        });
  }
}
