package dev.pbq.train.builtin;

/** One kind of short text. */
@FunctionalInterface
interface TextKind {
  /**
   * Writes one text of lines that each end in a newline.
   *
   * @param choices every random decision is taken here, and different decisions give different
   *     texts
   */
  String write(RandomChoices choices);
}
