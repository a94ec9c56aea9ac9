package dev.pbq.core.quant;

/** The calibration that a method needs. */
public enum CalibrationNeed {
  /** Nothing: the weights are enough. */
  NONE,
  /** The Hessian of the layer's inputs. */
  HESSIAN
}
