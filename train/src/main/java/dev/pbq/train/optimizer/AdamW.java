package dev.pbq.train.optimizer;

import dev.pbq.core.parallel.Parallel;
import java.util.List;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) with the arithmetic of PyTorch's {@code
 * torch.optim.AdamW}, operation by operation in float32: decay first, moments, bias corrections in
 * double, epsilon outside of the root. Stateless: moments are in the parameters.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay per unit of learning rate
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay) {
  private static final int PIECE = 1 << 15;

  /** PyTorch's {@code clip_grad_norm_} divides by the norm plus this. */
  private static final double CLIP_EPSILON = 1e-6;

  /**
   * The Euclidean norm of all gradients together, summed in double in an order that does not depend
   * on the number of threads.
   */
  public static double norm(List<Parameter> parameters) {
    double sum = 0;
    for (Parameter p : parameters) {
      float[] g = p.gradient();
      sum +=
          Parallel.sumRanges(
              g.length,
              PIECE,
              (from, to) -> {
                double part = 0;
                for (int i = from; i < to; i++) {
                  part += (double) g[i] * g[i];
                }
                return part;
              });
    }
    return Math.sqrt(sum);
  }

  /**
   * The factor on gradients of this norm that cuts them back to {@code limit}, as {@code
   * clip_grad_norm_} does.
   */
  public static double clip(double norm, double limit) {
    return Math.min(1, limit / (norm + CLIP_EPSILON));
  }

  /**
   * Moves all parameters by one step and leaves their gradients as they are.
   *
   * @param step counted from 1
   * @param scale factor on the gradients, from clipping
   */
  public void step(List<Parameter> parameters, int step, double learningRate, double scale) {
    double correction1 = 1 - Math.pow(beta1, step);
    Step s =
        new Step(
            (float) (1 - beta1),
            (float) beta2,
            (float) (1 - beta2),
            (float) epsilon,
            (float) Math.sqrt(1 - Math.pow(beta2, step)),
            (float) -(learningRate / correction1),
            (float) scale);
    float keep = (float) (1 - learningRate * weightDecay);
    for (Parameter p : parameters) {
      Parallel.forEachRange(
          p.values().length, PIECE, (from, to) -> s.move(p, p.decays() ? keep : 1f, from, to));
    }
  }

  /** The numbers of one step. */
  private record Step(
      float lerp, float beta2, float fresh, float epsilon, float root2, float rate, float scale) {
    void move(Parameter p, float keep, int from, int to) {
      float[] w = p.values();
      float[] g = p.gradient();
      float[] m = p.first();
      float[] v = p.second();
      for (int i = from; i < to; i++) {
        float d = g[i] * scale;
        m[i] = m[i] + lerp * (d - m[i]);
        v[i] = v[i] * beta2 + fresh * d * d;
        float denominator = (float) Math.sqrt(v[i]) / root2 + epsilon;
        w[i] = w[i] * keep + rate * m[i] / denominator;
      }
    }
  }
}
