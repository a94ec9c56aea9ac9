package dev.pbq.train.optimizer;

/**
 * An array that is trained, in float32, with what the optimizer keeps of it. The arrays are the
 * state itself and change with every step; all have the same length.
 *
 * @param name unique within a run, for saved states and messages
 * @param values the current values
 * @param gradient of the loss with respect to the values
 * @param first mean of the gradients (first moment)
 * @param second mean of their squares (second moment)
 * @param decays whether weight decay applies
 */
public record Parameter(
    String name, float[] values, float[] gradient, float[] first, float[] second, boolean decays) {
  /** A parameter before its first step; {@code values} is not copied. */
  public static Parameter of(String name, float[] values, boolean decays) {
    int n = values.length;
    return new Parameter(name, values, new float[n], new float[n], new float[n], decays);
  }

  @Override
  public boolean equals(Object o) {
    return this == o;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return name + "[" + values.length + "]";
  }
}
