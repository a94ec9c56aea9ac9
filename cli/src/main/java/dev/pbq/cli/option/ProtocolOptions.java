package dev.pbq.cli.option;

import dev.pbq.cli.console.OptionChecks;
import dev.pbq.core.PbqException;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.protocol.LlamaCppProtocol;
import dev.pbq.eval.protocol.PerplexityMeasurement;
import dev.pbq.eval.protocol.StrideLoop;
import dev.pbq.eval.protocol.StrideProtocol;
import dev.pbq.eval.protocol.WordProtocol;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How perplexity is measured. */
public final class ProtocolOptions {
  @Option(
      names = "--protocol",
      paramLabel = "P",
      description = {
        "gptq: disjoint windows, mean over windows (default);",
        "hf-stride: windows of --seqlen that advance by --stride, only what is new is scored;",
        "hf-guide: likewise, by today's version of the guide, whose first window is full;",
        "llamacpp: chunks of 512 begun by BOS, the second half of each scored, mean over tokens;",
        "lm-eval: documents one by one, all tokens scored, perplexity per word."
      })
  private String protocol = GptqProtocol.NAME;

  @Option(
      names = "--seqlen",
      paramLabel = "N",
      description =
          "Tokens per window (default: 2048, of llamacpp 512, or the model's longest sequence; of"
              + " lm-eval always that).")
  private Integer seqlen;

  @Option(
      names = "--stride",
      paramLabel = "N",
      description =
          "With hf-stride and hf-guide: how far the window advances (default: half of --seqlen).")
  private Integer stride;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Evaluate the first N windows; of lm-eval the first N documents.")
  private Integer limit;

  /**
   * What to measure on a text.
   *
   * @throws PbqException USAGE if the options make no sense; NOT_FOUND or BAD_DATA for the text
   */
  public PerplexityMeasurement measurement(String nameOrFile, DataOptions data) {
    OptionChecks.atLeastOne("--limit", limit);
    if (stride != null && StrideLoop.of(protocol).isEmpty()) {
      throw PbqException.usage("--stride is for --protocol hf-stride and hf-guide");
    }
    return switch (protocol) {
      case GptqProtocol.NAME ->
          new GptqProtocol(data.texts().evaluation(nameOrFile), of(seqlen), of(limit));
      case StrideProtocol.NAME, StrideProtocol.GUIDE ->
          new StrideProtocol(
              data.texts().evaluation(nameOrFile),
              of(seqlen),
              of(stride),
              of(limit),
              StrideLoop.of(protocol).orElseThrow());
      case LlamaCppProtocol.NAME ->
          new LlamaCppProtocol(data.texts().plainText(nameOrFile), of(seqlen), of(limit));
      case WordProtocol.NAME ->
          new WordProtocol(data.texts().documents(nameOrFile), of(seqlen), of(limit));
      default ->
          throw PbqException.usage(
              "--protocol "
                  + protocol
                  + " is unknown; there are "
                  + String.join(
                      ", ",
                      GptqProtocol.NAME,
                      StrideProtocol.NAME,
                      StrideProtocol.GUIDE,
                      LlamaCppProtocol.NAME,
                      WordProtocol.NAME));
    };
  }

  private static OptionalInt of(Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
