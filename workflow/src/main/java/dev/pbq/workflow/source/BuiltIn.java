package dev.pbq.workflow.source;

import dev.pbq.core.checkpoint.ResolvedModel;

/** The model that the program brings with it, and its texts, which have the same name. */
public final class BuiltIn {
  /** The name of the model, of its calibration text and of its evaluation text. */
  public static final String TINY = "tiny";

  private BuiltIn() {}

  /** Whether a model, data set or file name is that of what is built in. */
  public static boolean isNamed(String name) {
    return name.equals(TINY);
  }

  /**
   * The text that belongs to a model where the user names none: its own for the model built in.
   *
   * @param otherwise the text for every other model
   */
  public static String defaultText(ResolvedModel model, String otherwise) {
    return isNamed(model.requested()) ? TINY : otherwise;
  }
}
