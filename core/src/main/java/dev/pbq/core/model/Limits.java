package dev.pbq.core.model;

/**
 * How large temporaries may get before the work is cut in pieces. Results do not depend on them but
 * for rounding.
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

  Limits {
    if (scoreBytes < 1 || queryRows < 1 || logitBytes < 1 || headBytes < 1 || tableBytes < 0) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }
}
