package dev.pbq.cli.option;

import dev.pbq.cli.console.OptionChecks;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.generate.TokenSampler;
import dev.pbq.eval.run.Running;
import picocli.CommandLine.Option;

/** How the next token is chosen, and how many. */
public final class GenerationOptions {
  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Stop after so many tokens (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens = 128;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description =
          "0: always the most likely token; else tokens are drawn from softmax(logits / T)"
              + " (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Draw from the most likely tokens that together have this probability (default:"
              + " ${DEFAULT-VALUE}).")
  private double topP = 1;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the draws (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--resident",
      paramLabel = "SIZE",
      description =
          "Models up to this size as stored are held in memory; of larger ones each block is read"
              + " again for every token, which is slow (default: ${DEFAULT-VALUE}).")
  private String resident = "16GB";

  public int maxNewTokens() {
    return OptionChecks.atLeastOne("--max-new-tokens", maxNewTokens);
  }

  /**
   * What the model may use.
   *
   * @throws PbqException USAGE if {@code --resident} is not a size, or the threads are none
   */
  public Running running(CommonOptions common) {
    return Running.of(common.threads(), ShardSize.parse(resident));
  }

  /** A new sampler. */
  public TokenSampler sampler() {
    return new TokenSampler(temperature, topP, seed);
  }
}
