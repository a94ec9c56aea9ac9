package dev.pbq.cli.option;

import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How long windows are. */
public final class SeqlenOption {
  @Option(
      names = "--seqlen",
      paramLabel = "N",
      description = "Tokens per window (default: 2048, or the model's longest sequence).")
  private Integer seqlen;

  /** What was asked for; not checked. */
  public OptionalInt tokens() {
    return seqlen == null ? OptionalInt.empty() : OptionalInt.of(seqlen);
  }
}
