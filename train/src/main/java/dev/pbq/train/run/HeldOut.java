package dev.pbq.train.run;

import dev.pbq.train.student.Student;
import dev.pbq.train.student.Teacher;
import dev.pbq.train.student.TokenWindows;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/** What is measured on the held-out windows, in nats per token. */
public final class HeldOut {
  private HeldOut() {}

  /** Mean negative log-likelihood. */
  public static ToDoubleFunction<Student> likelihood(TokenWindows windows, int batch) {
    return student -> {
      int[][] all = windows.heldOut();
      double sum = 0;
      long count = 0;
      for (int from = 0; from < all.length; from += batch) {
        int to = Math.min(all.length, from + batch);
        for (float[] window : student.nextTokenNll(Arrays.copyOfRange(all, from, to))) {
          for (float nll : window) {
            sum += nll;
          }
          count += window.length;
        }
      }
      return sum / count;
    };
  }

  /** KL(teacher || student); the teacher is lent. */
  public static ToDoubleFunction<Student> divergence(
      TokenWindows windows, int batch, Teacher teacher) {
    return student -> {
      int[][] all = windows.heldOut();
      double sum = 0;
      for (int from = 0; from < all.length; from += batch) {
        int to = Math.min(all.length, from + batch);
        sum += (to - from) * student.divergence(Arrays.copyOfRange(all, from, to), teacher);
      }
      return sum / all.length;
    };
  }
}
