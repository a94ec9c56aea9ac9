package dev.pbq.eval.sensitivity;

import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;

/**
 * The weights of a model with another matrix in place of one linear's.
 *
 * @param base all the others
 * @param linear full name without {@code .weight}
 * @param weight [outputs, inputs]
 */
record OneChanged(WeightSource base, String linear, FloatMatrix weight) implements WeightSource {
  @Override
  public boolean contains(String name) {
    return isChanged(name) || base.contains(name);
  }

  @Override
  public boolean holdsLinear(String name) {
    return name.equals(linear) || base.holdsLinear(name);
  }

  @Override
  public LinearForm form(String name) {
    return name.equals(linear) ? LinearForm.PLAIN : base.form(name);
  }

  @Override
  public long[] shape(String name) {
    return isChanged(name) ? new long[] {weight.rows(), weight.cols()} : base.shape(name);
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    if (isChanged(name)) {
      destination.put(
          weight.data(),
          Math.toIntExact(firstRow * weight.cols()),
          Math.toIntExact(rowCount * weight.cols()));
    } else {
      base.readRows(name, firstRow, rowCount, destination);
    }
  }

  private boolean isChanged(String name) {
    return name.endsWith(".weight")
        && name.length() == linear.length() + ".weight".length()
        && name.startsWith(linear);
  }
}
