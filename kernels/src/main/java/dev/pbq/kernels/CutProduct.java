package dev.pbq.kernels;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.form.Work;
import java.util.Objects;

/** A product whose work can be handed out together with that of others. */
interface CutProduct extends PackedProduct {
  /** The work of a product with these vectors, which are not to change until it is done. */
  Work work(float[] x, int xAt, int count);

  @Override
  default void multiply(float[] x, int xAt, int count, float[] y, int yAt) {
    Objects.checkFromIndexSize(xAt, Math.multiplyExact(count, cols()), x.length);
    Objects.checkFromIndexSize(yAt, Math.multiplyExact(count, rows()), y.length);
    if (count > 0) {
      Work work = work(x, xAt, count);
      Parallel.forEach(work.tasks(), task -> work.run(task, y, yAt, rows()));
    }
  }
}
