package dev.pbq.core.entropy;

import java.util.Locale;

/** The ways in which codes are stored. */
public enum Coding {
  /** An adaptive binary range coder: no tables, for small matrices. */
  ADAPTIVE,
  /** Interleaved rANS with tables, in panels of columns: fast and parallel, for large matrices. */
  RANS;

  /** Matrices from this size on are {@link #RANS}. */
  private static final int LARGE = 1 << 20;

  /** The one for a matrix of this size. */
  public static Coding suited(int rows, int cols) {
    return (long) rows * cols < LARGE ? ADAPTIVE : RANS;
  }

  /** What encodes and decodes. */
  public CodeCoder coder() {
    return switch (this) {
      case ADAPTIVE -> new AdaptiveCoder();
      case RANS -> new RansCoder();
    };
  }

  /** The name in the descriptor of a layer. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
