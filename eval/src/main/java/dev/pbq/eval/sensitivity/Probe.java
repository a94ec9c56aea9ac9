package dev.pbq.eval.sensitivity;

import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.Quantizer;
import java.util.List;

/**
 * How layers are quantized to be measured.
 *
 * @param quantizer method and rate with which the model runs
 * @param others the same at other rates, of which a layer's own error alone is measured
 */
public record Probe(Quantizer quantizer, List<Quantizer> others) {
  public Probe {
    others = List.copyOf(others);
  }

  /** Whether it needs the Hessian of a layer's inputs. */
  boolean isCalibrated() {
    return quantizer.calibrationNeed() == CalibrationNeed.HESSIAN;
  }
}
