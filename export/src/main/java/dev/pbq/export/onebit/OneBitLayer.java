package dev.pbq.export.onebit;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.ExportSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Layers converted to what {@link OneBitLayout} holds, and their tensors.
 *
 * @param vectors the type of both vectors; empty for each layer's own
 */
record OneBitLayer(Optional<ScaleDtype> vectors) {
  /**
   * Converts.
   *
   * @param weight the name of the layer's weight
   * @throws PbqException USAGE naming the layer if the layout cannot hold it; NUMERICAL if a factor
   *     is beyond the type
   */
  OneBitLinear convert(ExportSource source, String weight) {
    String name = linear(weight);
    QuantizedLinear stored = source.packed(weight).orElseThrow();
    if (!(stored instanceof OneBitLinear layer)) {
      throw PbqException.usage(
          "layer %s is stored as %s: format onebit holds layers of method onebit only"
              .formatted(name, stored.family()));
    }
    if (layer.cols() % OneBitLayout.PER_BYTE != 0) {
      throw PbqException.usage(
          "layer %s has %d inputs, not a multiple of the 8 signs that OneBit's layout has in a byte"
              .formatted(name, layer.cols()));
    }
    ScaleDtype type = vectors.orElse(layer.scaleDtype());
    return new OneBitLinear(
        layer.rows(),
        layer.cols(),
        type,
        layer.negative(),
        rounded(layer.input(), type, name),
        rounded(layer.output(), type, name));
  }

  private static float[] rounded(float[] factors, ScaleDtype type, String name) {
    float[] rounded = new float[factors.length];
    for (int i = 0; i < factors.length; i++) {
      rounded[i] = type.store(factors[i], name, "factor");
    }
    return rounded;
  }

  /** The tensors of a layer, which is read anew for each of them. */
  TensorGroup tensors(ExportSource source, String weight, Runnable begun) {
    String name = linear(weight);
    int rows = source.rows(weight);
    int cols = source.cols(weight);
    DType type = convert(source, weight).scaleDtype().dtype();
    TensorEntry signs =
        new TensorEntry(
            name + OneBitLayout.SIGNS,
            DType.I8,
            new long[] {rows, cols / OneBitLayout.PER_BYTE},
            out -> {
              begun.run();
              out.write(ByteBuffer.wrap(packed(convert(source, weight).negative())));
            });
    return new TensorGroup(
        List.of(
            signs,
            vector(name + OneBitLayout.OUTPUT, type, convert(source, weight).output()),
            vector(name + OneBitLayout.INPUT, type, convert(source, weight).input())),
        Map.of());
  }

  private static TensorEntry vector(String name, DType type, float[] values) {
    return TensorEntry.ofFloats(name, type, new long[] {values.length}, values);
  }

  private static byte[] packed(byte[] negative) {
    byte[] packed = new byte[negative.length / OneBitLayout.PER_BYTE];
    for (int i = 0; i < negative.length; i++) {
      packed[i / OneBitLayout.PER_BYTE] |= (byte) (negative[i] << (i % OneBitLayout.PER_BYTE));
    }
    return packed;
  }

  static String linear(String weight) {
    return weight.substring(0, weight.length() - OneBitLayout.SIGNS.length());
  }
}
