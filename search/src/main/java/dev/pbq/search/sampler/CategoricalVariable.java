package dev.pbq.search.sampler;

import org.moeaframework.core.PRNG;
import org.moeaframework.core.variable.AbstractVariable;

/** A choice among a number of them, for the genetic algorithms. */
final class CategoricalVariable extends AbstractVariable {
  private static final long serialVersionUID = 1;

  private final int choices;
  private int value;

  CategoricalVariable(int choices, int value) {
    this.choices = choices;
    this.value = value;
  }

  int value() {
    return value;
  }

  /** Takes another choice. */
  void change() {
    int other = PRNG.nextInt(choices - 1);
    value = other < value ? other : other + 1;
  }

  @Override
  public CategoricalVariable copy() {
    return new CategoricalVariable(choices, value);
  }

  @Override
  public void randomize() {
    value = PRNG.nextInt(choices);
  }

  @Override
  public String getDefinition() {
    return "Categorical(" + choices + ")";
  }

  @Override
  public String encode() {
    return Integer.toString(value);
  }

  @Override
  public void decode(String text) {
    value = Integer.parseInt(text);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof CategoricalVariable v && v.choices == choices && v.value == value;
  }

  @Override
  public int hashCode() {
    return 31 * choices + value;
  }

  @Override
  public String toString() {
    return encode();
  }
}
