package dev.pbq.export.hqq;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.ScaleDtype;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A layer converted to what the reference's layout can hold: plain scales and zero points in the
 * type that the layer computes in.
 *
 * @param compute the type to compute in; empty for each layer's own
 * @param rounds whether scales and zero points may be rounded to it
 */
record LayerConversion(Optional<ComputeDtype> compute, boolean rounds) {
  /**
   * Converts.
   *
   * @param name the layer's
   * @throws PbqException USAGE naming the layer if the layout cannot hold it; NUMERICAL if a
   *     parameter is beyond the type
   */
  HqqLinear convert(String name, QuantizedLinear stored) {
    if (!(stored instanceof HqqLinear layer)) {
      throw PbqException.usage(
          "layer "
              + name
              + " is stored as "
              + stored.family()
              + ": format hqq holds layers of method hqq only");
    }
    HqqLayout.requireHeld(name, layer);
    ComputeDtype type = compute.orElse(layer.compute());
    return new HqqLinear(
        layer.rows(),
        layer.cols(),
        layer.groups(),
        layer.maxCode(),
        type == ComputeDtype.F16 ? ScaleDtype.F16 : ScaleDtype.F32,
        type,
        layer.codes(),
        parameters(name, "scales", layer.scale().values(layer.compute()), type),
        parameters(name, "zero points", layer.zero().values(layer.compute()), type));
  }

  private HqqParameters.Plain parameters(
      String name, String what, float[] values, ComputeDtype type) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = type.round(values[i]);
      if (!Float.isFinite(rounded[i])) {
        throw PbqException.numerical(
            "layer "
                + name
                + ": among its "
                + what
                + " is "
                + values[i]
                + ", which does not fit "
                + name(type));
      }
    }
    if (!rounds && !Arrays.equals(rounded, values)) {
      throw PbqException.setting(
          "layer %s: its %s are not numbers of %s, the type that it computes in and that format hqq"
              + " stores them in; {lossy} rounds them, {dtype} f32 keeps them",
          name, what, name(type));
    }
    return new HqqParameters.Plain(rounded);
  }

  private static String name(ComputeDtype type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
