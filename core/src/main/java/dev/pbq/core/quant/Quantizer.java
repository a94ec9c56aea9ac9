package dev.pbq.core.quant;

import dev.pbq.core.linalg.Damping;
import java.util.List;

/**
 * A quantization method with its settings. Stateless and thread-safe; the same problem gives the
 * same result, bit for bit.
 */
public interface Quantizer {
  /** The method's name in recipes and on the command line: {@code xnor}, {@code gptq}, ... */
  String name();

  CalibrationNeed calibrationNeed();

  /**
   * How the method damps the Hessian, so that whoever prepares a weight for it (targets that see
   * the error so far) damps in the same way. By default one hundredth of the mean diagonal.
   */
  default Damping damping() {
    return Damping.of(0.01);
  }

  /**
   * The same method with other values of a setting that no rule gives the best of. Where there are
   * any, each layer is quantized with the one that, calibrated with the other windows, has the
   * least error on held-out calibration windows.
   *
   * @return at least two, or none: the method as it is
   */
  default List<Quantizer> variants() {
    return List.of();
  }

  /**
   * Checks the settings against a layer's shape, before any work is done.
   *
   * @throws dev.pbq.core.PbqException USAGE naming the layer and the setting that does not fit
   */
  void checkFits(String layer, int rows, int cols);

  /**
   * Bits per weight as the method's paper counts them (scales and the like usually left out), for a
   * layer of this shape; an estimate where it depends on the weights, see {@link
   * Quantization#paperBits}.
   */
  double paperBits(int rows, int cols);

  /**
   * An estimate, from the shape alone, of the bits that a layer will take when stored; exact where
   * the layout does not depend on the weights.
   */
  long estimateStoredBits(int rows, int cols);

  /**
   * What {@link #quantize} takes for a layer of this shape. By default a code for each weight, and
   * with a Hessian its factor and a second copy of the weights, both float32.
   */
  default WorkingMemory workingMemory(int rows, int cols) {
    long weights = (long) rows * cols;
    return new WorkingMemory(
        weights,
        calibrationNeed() == CalibrationNeed.HESSIAN
            ? Float.BYTES * ((long) cols * cols + weights)
            : 0);
  }

  /**
   * Quantizes one layer.
   *
   * @throws dev.pbq.core.PbqException NUMERICAL naming the layer, if the Hessian does not factor
   *     for any damping tried
   */
  Quantization quantize(LinearProblem problem);
}
