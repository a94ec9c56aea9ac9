package dev.pbq.core.packed;

import dev.pbq.core.tensor.DType;

/** A source of the parts of one quantized layer; everything read is untrusted. */
public interface PackedReader {
  /** The layer's name, for messages. */
  String layer();

  boolean hasTensor(String part);

  /**
   * The bytes of a part, after checking its type and shape.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if the part is missing or its dtype or shape is
   *     another
   */
  byte[] tensor(String part, DType dtype, long... shape);

  /** The element type of a part, for parts stored in one of several types. */
  DType dtype(String part);

  /** Bytes of all parts. */
  long storedBytes();

  /** The shape of a part. */
  long[] shape(String part);

  /** An attribute as text; BAD_DATA if missing. */
  String text(String key);

  /** An attribute as an integer; BAD_DATA if missing or not an integer. */
  int integer(String key);
}
