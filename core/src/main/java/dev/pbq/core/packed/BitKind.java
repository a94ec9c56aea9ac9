package dev.pbq.core.packed;

/** What stored bits are spent on. */
public enum BitKind {
  /** One-bit codes of binarized weights. */
  SIGNS,
  /** Codes of more than one bit. */
  CODES,
  /** Codes of salient weights. */
  SALIENT_CODES,
  /** Bitmaps that tell which weights or columns belong where. */
  BITMAP,
  /** Scales, offsets and levels. */
  SCALES,
  /** Zero points. */
  ZERO_POINTS,
  /** Weights kept as floating-point numbers. */
  RAW,
  /** Everything else: padding and descriptors. */
  OTHER
}
