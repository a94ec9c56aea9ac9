package dev.pbq.core.model;

/**
 * Limits on the size of temporary arrays, above which the work is cut into pieces. They change
 * results by rounding only.
 *
 * @param scoreBytes attention scores computed at once; 16 MiB stays near the cache and is reused by
 *     the allocator
 * @param queryRows query positions per piece of attention: few, because a piece skips the keys
 *     after its last row
 * @param logitBytes logits held at once by {@link LanguageHead#nextTokenNll}
 * @param headBytes size of one piece of the head's weight
 * @param tableBytes embedding tables up to this size are loaded, larger ones read row by row
 */
record Limits(long scoreBytes, int queryRows, long logitBytes, long headBytes, long tableBytes) {
  static final Limits DEFAULT = new Limits(16L << 20, 64, 64L << 20, 1L << 30, 64L << 20);

  /** A head that only scores texts is held whole up to this size; of a larger one, a piece. */
  static final long HELD_HEAD_BYTES = 256L << 20;

  /** Size of such a piece. */
  static final long READ_HEAD_BYTES = 64L << 20;

  /** Rows whose scoring is worth reading such a head. */
  static final int READ_HEAD_ROWS = 512;

  Limits {
    if (scoreBytes < 1 || queryRows < 1 || logitBytes < 1 || headBytes < 1 || tableBytes < 0) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }
}
