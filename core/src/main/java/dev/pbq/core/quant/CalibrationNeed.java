package dev.pbq.core.quant;

/** What a method must know of a layer's inputs. */
public enum CalibrationNeed {
  /** Nothing: the weights are enough. */
  NONE,
  /** The Hessian of the layer's inputs. */
  HESSIAN
}
