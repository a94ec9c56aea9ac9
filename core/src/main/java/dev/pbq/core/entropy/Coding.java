package dev.pbq.core.entropy;

import java.util.Locale;

/** The ways in which codes are stored. */
public enum Coding {
  /** An adaptive binary range coder: no tables, for small matrices. */
  ADAPTIVE(new AdaptiveCoder());

  private final transient CodeCoder coder;

  Coding(CodeCoder coder) {
    this.coder = coder;
  }

  /** The one for a matrix of this size. */
  public static Coding suited(int rows, int cols) {
    return ADAPTIVE;
  }

  /** What encodes and decodes. */
  public CodeCoder coder() {
    return coder;
  }

  /** The name in the descriptor of a layer. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
