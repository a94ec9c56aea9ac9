package dev.pbq.gptqpb;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ScaleDtype;

/** Numbers as they will be read back from the checkpoint. */
final class StoredValues {
  private StoredValues() {}

  /**
   * Rounds to the stored type.
   *
   * @throws PbqException NUMERICAL naming the layer if the value is too large for it
   */
  static float round(float exact, String layer, ScaleDtype dtype) {
    return requireFinite(dtype.round(exact), exact, layer, dtype);
  }

  static float requireFinite(float stored, float exact, String layer, ScaleDtype dtype) {
    if (!Float.isFinite(stored)) {
      throw PbqException.numerical(
          layer
              + ": the value "
              + exact
              + " does not fit "
              + (dtype == ScaleDtype.F16 ? "f16; try --scale-dtype f32" : "f32"));
    }
    return stored;
  }

  /**
   * Checks the outcome of a sweep: an overflow anywhere makes its loss infinite or NaN.
   *
   * @throws PbqException NUMERICAL naming the layer
   */
  static void requireFiniteLoss(String layer, double loss) {
    if (!Double.isFinite(loss)) {
      throw PbqException.numerical(
          layer + ": error compensation overflowed float32; try a larger --percdamp");
    }
  }
}
