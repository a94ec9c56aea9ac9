package dev.pbq.arb;

import java.util.Arrays;
import java.util.Optional;

/** The methods of this module: how the members of a group are fitted. */
enum ArbMethod {
  BILLM("billm", "BiLLM: binarization with row mean; salient columns get a second plane of signs"),
  ARB("arb", "ARB-LLM: BiLLM's groups, refined by alternating updates"),
  ARB_X("arb-x", "ARB-LLM_X: the same, scales fitted to the calibration data"),
  ARB_RC("arb-rc", "ARB-LLM_RC: scales by row and column instead of row means");

  private final String id;
  private final String summary;

  ArbMethod(String id, String summary) {
    this.id = id;
    this.summary = summary;
  }

  /** The name on the command line. */
  String id() {
    return id;
  }

  /** One line for the help text. */
  String summary() {
    return summary;
  }

  /** Whether values are products of row and column scales, without a mean. */
  boolean byRowAndColumn() {
    return this == ARB_RC;
  }

  static Optional<ArbMethod> of(String id) {
    return Arrays.stream(values()).filter(m -> m.id.equals(id)).findFirst();
  }
}
