package dev.pbq.gptqpb;

import dev.pbq.core.quant.QuantizerProvider.Method;
import java.util.Arrays;
import java.util.Optional;

/** How PB-LLM represents the weights that are not salient. */
enum LowMethod {
  XNOR("xnor", 1, "PB-LLM: non-salient weights binarized to mean +- scale (arXiv 2310.00034)"),
  SIGN("sign", 1, "PB-LLM: non-salient weights to 0 or one positive level"),
  NO("no", 0, "PB-LLM: non-salient weights kept as they are; only salient ones are quantized"),
  TWO_BIT("2bit", 2, "PB-LLM: non-salient weights on a grid of 4 levels"),
  FOUR_BIT("4bit", 3, "PB-LLM: non-salient weights on a grid of 8 levels (the reference's '4bit')"),
  PRUNE("prune", 0, "PB-LLM: non-salient weights set to zero");

  private final String label;
  private final int codeBits;
  private final String summary;

  LowMethod(String label, int codeBits, String summary) {
    this.label = label;
    this.codeBits = codeBits;
    this.summary = summary;
  }

  /** The name on the command line. */
  String label() {
    return label;
  }

  /** Width of a low weight's code. */
  int codeBits() {
    return codeBits;
  }

  Method describe() {
    return new Method(label, summary);
  }

  static Optional<LowMethod> of(String label) {
    return Arrays.stream(values()).filter(m -> m.label.equals(label)).findFirst();
  }
}
