package dev.pbq.core.data;

import java.util.OptionalInt;

/**
 * The special tokens that a tokenizer puts around every text.
 *
 * @param prefix ids in front
 * @param suffix ids behind
 */
@SuppressWarnings("ArrayRecordComponent")
public record Surroundings(int[] prefix, int[] suffix) {
  /** No tokens at all. */
  public static final Surroundings NONE = new Surroundings(new int[0], new int[0]);

  /** Puts them around the ids of a text. */
  public int[] around(int[] ids) {
    int[] all = new int[prefix.length + ids.length + suffix.length];
    System.arraycopy(prefix, 0, all, 0, prefix.length);
    System.arraycopy(ids, 0, all, prefix.length, ids.length);
    System.arraycopy(suffix, 0, all, prefix.length + ids.length, suffix.length);
    return all;
  }

  /** These around what others have put around a text. */
  Surroundings outside(Surroundings inner) {
    return new Surroundings(
        new Surroundings(prefix, new int[0]).around(inner.prefix),
        new Surroundings(inner.suffix, new int[0]).around(suffix));
  }

  /** Whether the first id in front is the given one. */
  public boolean beginsWith(OptionalInt id) {
    return id.isPresent() && prefix.length > 0 && prefix[0] == id.getAsInt();
  }

  /** Whether the last id behind is the given one. */
  public boolean endsWith(OptionalInt id) {
    return id.isPresent() && suffix.length > 0 && suffix[suffix.length - 1] == id.getAsInt();
  }
}
