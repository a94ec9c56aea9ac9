package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.LongBuffer;

/**
 * The loss: a weighted sum of terms, each a mean over tokens.
 *
 * @param crossEntropy weight of the negative log-likelihood of the next token
 * @param divergence weight of KL(teacher || student) on the logits, at temperature 1
 * @param hidden weight of the hidden-state term (OneBit, arXiv 2402.11295): over the inputs of all
 *     blocks but the first, || t/|t| - s/|s| ||^2
 */
public record Objective(double crossEntropy, double divergence, double hidden) {
  /** Next-token cross entropy alone. */
  public static final Objective LANGUAGE_MODEL = new Objective(1, 0, 0);

  /** Whether a teacher is needed. */
  public boolean needsTeacher() {
    return divergence != 0 || hidden != 0;
  }

  /**
   * Whether hidden states of the teacher are compared, so that it must have the student's shape.
   */
  public boolean comparesHidden() {
    return hidden != 0;
  }

  /**
   * The terms on logits, as a scalar.
   *
   * @param logits [sequences, tokens, vocabulary] of the student
   * @param teacher the same of the teacher; null if no term needs it
   * @param ids the sequences' tokens
   * @param share factor on the result: of this part of a batch
   */
  NDArray onLogits(NDArray logits, NDArray teacher, int[][] ids, double share) {
    NDManager manager = logits.getManager();
    NDArray logP = logits.logSoftmax(-1);
    NDArray sum = null;
    if (crossEntropy != 0) {
      NDArray predicted = logP.get(new NDIndex(":, :-1"));
      NDArray next = nextTokens(manager, ids);
      NDArray nll = predicted.gather(next, 2).mean().neg();
      sum = nll.mul(scalar(manager, crossEntropy * share));
    }
    if (divergence != 0) {
      long tokens = logits.getShape().get(0) * logits.getShape().get(1);
      NDArray logT = teacher.logSoftmax(-1);
      NDArray kl = logT.exp().mul(logT.sub(logP)).sum();
      NDArray term = kl.mul(scalar(manager, divergence * share / tokens));
      sum = sum == null ? term : sum.add(term);
    }
    return sum;
  }

  /**
   * The term on the input of one block, as a scalar.
   *
   * @param student [sequences, tokens, hidden]
   * @param teacher the same of the teacher
   * @param share as for the other
   */
  NDArray onHidden(NDArray student, NDArray teacher, double share) {
    NDManager manager = student.getManager();
    long tokens = student.getShape().get(0) * student.getShape().get(1);
    NDArray difference = direction(student).sub(direction(teacher));
    return difference.square().sum().mul(scalar(manager, hidden * share / tokens));
  }

  private static NDArray direction(NDArray x) {
    return x.div(x.square().sum(new int[] {-1}, true).sqrt());
  }

  /** int64 [sequences, tokens - 1, 1]. */
  private static NDArray nextTokens(NDManager manager, int[][] ids) {
    int tokens = ids[0].length;
    NDArray next = manager.create(new Shape(ids.length, tokens - 1, 1), DataType.INT64);
    LongBuffer buffer = next.toByteBuffer(true).asLongBuffer();
    for (int[] sequence : ids) {
      for (int t = 1; t < tokens; t++) {
        buffer.put(sequence[t]);
      }
    }
    return next;
  }

  static NDArray scalar(NDManager manager, double value) {
    return manager.full(new Shape(), (float) value, DataType.FLOAT32);
  }
}
