package dev.pbq.core.pipeline;

/** What the outputs of a calibrated linear are fitted to. */
public enum Targets {
  /** What the original weight gives of the inputs that the quantized model has. */
  ORIGINAL,
  /**
   * What the original weight gives of the inputs that the original model has: the linear also mends
   * what has been quantized before it, as far as its inputs tell.
   */
  QUANTIZED
}
