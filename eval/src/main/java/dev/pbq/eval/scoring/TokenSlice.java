package dev.pbq.eval.scoring;

import java.util.Arrays;

/**
 * Some consecutive tokens of a longer list, which is shared and not copied.
 *
 * @param source the list; not changed
 * @param begin index of the first token
 * @param end index after the last
 */
record TokenSlice(int[] source, int begin, int end) implements Comparable<TokenSlice> {
  /** All of a list. */
  static TokenSlice of(int[] ids) {
    return new TokenSlice(ids, 0, ids.length);
  }

  int length() {
    return end - begin;
  }

  /** The first tokens alone. */
  TokenSlice first(int tokens) {
    return new TokenSlice(source, begin, begin + tokens);
  }

  /** All but the first tokens. */
  TokenSlice from(int tokens) {
    return new TokenSlice(source, begin + tokens, end);
  }

  /** How many tokens both slices begin with. */
  int commonWith(TokenSlice other) {
    int mismatch = Arrays.mismatch(source, begin, end, other.source, other.begin, other.end);
    return mismatch < 0 ? length() : mismatch;
  }

  /** A copy, with zeros behind it. */
  int[] padded(int length) {
    int[] ids = new int[length];
    System.arraycopy(source, begin, ids, 0, length());
    return ids;
  }

  /** Whether another slice begins with the tokens of this one. */
  boolean isPrefixOf(TokenSlice other) {
    return length() <= other.length()
        && Arrays.equals(source, begin, end, other.source, other.begin, other.begin + length());
  }

  /** Lexicographic: a prefix comes before what it is a prefix of, and nothing else between. */
  @Override
  public int compareTo(TokenSlice other) {
    return Arrays.compare(source, begin, end, other.source, other.begin, other.end);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenSlice slice
        && Arrays.equals(source, begin, end, slice.source, slice.begin, slice.end);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = begin; i < end; i++) {
      hash = 31 * hash + source[i];
    }
    return hash;
  }
}
