package dev.pbq.export;

/** How exactly an export keeps a tensor's values. */
public enum Fidelity {
  /** Every value, to the last bit. */
  EXACT,
  /** Every value rounded to a floating-point type. */
  ROUNDED,
  /** The nearest values on another grid. */
  REQUANTIZED
}
