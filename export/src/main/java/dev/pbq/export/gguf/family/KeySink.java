package dev.pbq.export.gguf.family;

import java.util.List;

/** Takes keys of an architecture, without their leading {@code llama.}. */
public interface KeySink {
  /** A number that counts something. */
  void count(String key, long value);

  /** A number with a fraction. */
  void number(String key, double value);

  /** A text. */
  void text(String key, String value);

  /** A yes or no. */
  void flag(String key, boolean value);

  /** A yes or no for each block. */
  void flags(String key, List<Boolean> values);
}
