package dev.pbq.export.gguf;

/** The ways in which a tensor's values are converted to its type. */
enum Fill {
  /** As they are; the plan has found that the type holds every one of them. */
  EXACT,
  /** Each value rounded to a floating-point type. */
  ROUND,
  /** Blocks that the type holds exactly as they are, others the nearest. */
  NEAREST_UNLESS_EXACT,
  /** The nearest by ggml's own rounding: what quantizing a dense model means. */
  NEAREST
}
