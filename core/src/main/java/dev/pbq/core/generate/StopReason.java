package dev.pbq.core.generate;

/** The reason why a generation ended. */
public enum StopReason {
  /** The model gave a token that ends a text. */
  END_OF_TEXT,
  /** As many tokens as were asked for. */
  LENGTH,
  /** The model has no further positions. */
  POSITIONS
}
