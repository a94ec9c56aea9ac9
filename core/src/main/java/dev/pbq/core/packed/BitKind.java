package dev.pbq.core.packed;

/** The kinds of stored bits: signs, codes, scales, bitmaps and so on. */
public enum BitKind {
  /** One-bit codes of binarized weights. */
  SIGNS,
  /** Codes of more than one bit. */
  CODES,
  /** Codes of salient weights. */
  SALIENT_CODES,
  /** Bitmaps that say to which group weights or columns belong. */
  BITMAP,
  /** Scales, offsets and levels. */
  SCALES,
  /** Zero points. */
  ZERO_POINTS,
  /** Weights kept as floating-point numbers. */
  RAW,
  /** Adapters of low rank, and the biases that are trained with them. */
  ADAPTERS,
  /** Everything else: padding and descriptors. */
  OTHER
}
