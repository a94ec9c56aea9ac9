package dev.pbq.core.pipeline;

/**
 * The arithmetic of a calibrated run by kind, in floating-point operations. A run without
 * calibration has none that counts: its time is that of its methods, weight by weight.
 *
 * @param forward of windows through blocks, and backward where blocks are trained: float32 products
 * @param hessian of Hessians, sums of products of inputs: float32 products of which half is done
 * @param factor of factors of Hessians
 * @param compensation of spreading errors over later columns: float32 products
 */
public record RunWork(double forward, double hessian, double factor, double compensation) {
  static final RunWork NONE = new RunWork(0, 0, 0, 0);

  /** All of it. */
  public double total() {
    return forward + hessian + factor + compensation;
  }

  RunWork plus(RunWork other) {
    return new RunWork(
        forward + other.forward,
        hessian + other.hessian,
        factor + other.factor,
        compensation + other.compensation);
  }

  /** The same with so many operations more. */
  RunWork plusForward(double operations) {
    return plus(new RunWork(operations, 0, 0, 0));
  }
}
