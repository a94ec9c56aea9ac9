package dev.pbq.core.packed;

/** Reads quantized layers of every family. */
public final class PackedLinears {
  private PackedLinears() {}

  /**
   * Reads one layer, by its {@code family} attribute.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA naming the layer and part that is wrong
   */
  public static QuantizedLinear read(PackedReader in) {
    throw new UnsupportedOperationException("pending " + in.layer());
  }
}
