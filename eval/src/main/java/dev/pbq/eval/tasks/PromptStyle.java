package dev.pbq.eval.tasks;

import dev.pbq.core.PbqException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The wording of prompts: lm-evaluation-harness's or OLMES's. */
public enum PromptStyle {
  /** lm-evaluation-harness as of 2026. */
  LM_EVAL("lm-eval"),
  /**
   * OLMES' completion format (Gu et al., 2024), without its curated shots: differs in piqa
   * ("Goal:"), openbookqa ("Question:", "Answer:") and copa (one space before the choice, not two).
   */
  OLMES("olmes");

  private final String label;

  PromptStyle(String label) {
    this.label = label;
  }

  /** The name on the command line and in results. */
  public String label() {
    return label;
  }

  /**
   * The style of a name.
   *
   * @throws PbqException USAGE if there is none
   */
  public static PromptStyle named(String name) {
    return Arrays.stream(values())
        .filter(style -> style.label.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                PbqException.setting(
                    "{prompts} %s is unknown; there are %s",
                    name,
                    Arrays.stream(values())
                        .map(PromptStyle::label)
                        .collect(Collectors.joining(", "))));
  }
}
