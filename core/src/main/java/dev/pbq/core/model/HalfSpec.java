package dev.pbq.core.model;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The description of one half of a block: a sublayer with the norms around it.
 *
 * @param sublayer attention or MLP
 * @param before path of the norm of what the sublayer reads
 * @param after path of the norm of what it gives
 */
record HalfSpec(SublayerSpec sublayer, Optional<String> before, Optional<String> after) {
  /** A half with a norm before its sublayer alone. */
  static HalfSpec before(String norm, SublayerSpec sublayer) {
    return new HalfSpec(sublayer, Optional.of(norm), Optional.empty());
  }

  /** A half with a norm behind its sublayer alone. */
  static HalfSpec after(String norm, SublayerSpec sublayer) {
    return new HalfSpec(sublayer, Optional.empty(), Optional.of(norm));
  }

  /** A half with norms on both sides. */
  static HalfSpec between(String before, SublayerSpec sublayer, String after) {
    return new HalfSpec(sublayer, Optional.of(before), Optional.of(after));
  }

  /** A half of a parallel block that reads what the other half reads. */
  static HalfSpec shared(SublayerSpec sublayer) {
    return new HalfSpec(sublayer, Optional.empty(), Optional.empty());
  }

  /** The half in words. */
  DecoderOutline.Half outline(
      UnaryOperator<String> full, NormSpec norm, int hidden, double factor, boolean fromNormed) {
    return new DecoderOutline.Half(
        before.map(n -> norm.outline(full.apply(n), hidden)),
        after.map(n -> norm.outline(full.apply(n), hidden)),
        Optional.empty(),
        factor,
        fromNormed,
        sublayer.outline(full));
  }
}
