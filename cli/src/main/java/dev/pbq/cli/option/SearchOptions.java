package dev.pbq.cli.option;

import dev.pbq.cli.console.OptionChecks;
import dev.pbq.core.PbqException;
import dev.pbq.search.sampler.SamplerKind;
import dev.pbq.search.sampler.SpacePresets;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** What a search tries, and how often. */
public final class SearchOptions {
  @Option(
      names = "--space",
      paramLabel = "NAME|FILE",
      description =
          "What to choose from: a TOML file of lists of choices, or per-operation (every operation"
              + " of every layer, block floating point of 3 to 8 bits), opt-1.3b, bert-base,"
              + " llama-7b (default: ${DEFAULT-VALUE}).")
  private String space = SpacePresets.DEFAULT;

  @Option(
      names = "--trials",
      paramLabel = "N",
      description =
          "Configurations to try, those of a resumed study included (default: ${DEFAULT-VALUE}).")
  private int trials = 64;

  @Option(
      names = "--sampler",
      paramLabel = "S",
      description =
          "What proposes them: tpe (default), nsga2, nsga3, random, or qmc (a Sobol sequence).")
  private String sampler = "tpe";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of everything random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--population",
      paramLabel = "N",
      description = "nsga2, nsga3: size of a generation, even (default: ${DEFAULT-VALUE}).")
  private int population = 20;

  @Option(
      names = "--seed-uniform",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Begin with all widths alike, one width less for each operation, layer and kind of"
              + " operand, and combinations that these make likely (default). With"
              + " --no-seed-uniform the sampler proposes everything.")
  private boolean seedUniform;

  public String space() {
    return space;
  }

  public int trials() {
    return OptionChecks.atLeastOne("--trials", trials);
  }

  public SamplerKind sampler() {
    return Arrays.stream(SamplerKind.values())
        .filter(k -> name(k).equals(sampler))
        .findFirst()
        .orElseThrow(
            () ->
                PbqException.usage(
                    "--sampler "
                        + sampler
                        + " is unknown; there are "
                        + Arrays.stream(SamplerKind.values())
                            .map(SearchOptions::name)
                            .collect(Collectors.joining(", "))));
  }

  public long seed() {
    return seed;
  }

  public int population() {
    if (population < 4 || population % 2 != 0 || population > 10_000) {
      throw PbqException.usage(
          "--population " + population + " is not an even number from 4 to 10000");
    }
    return population;
  }

  public boolean seedUniform() {
    return seedUniform;
  }

  private static String name(SamplerKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
