package dev.pbq.cli;

import dev.pbq.cli.search.DensityCount;
import dev.pbq.cli.search.FrontReport;
import dev.pbq.cli.search.Measured;
import dev.pbq.cli.search.Study;
import dev.pbq.cli.search.StudyFile;
import dev.pbq.cli.search.StudyHeader;
import dev.pbq.cli.search.StudyOutput;
import dev.pbq.cli.search.StudyResult;
import dev.pbq.cli.search.TrialObjective;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.Sha256;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.pipeline.WeightsFingerprint;
import dev.pbq.formats.search.Proposals;
import dev.pbq.formats.search.SearchSpace;
import dev.pbq.formats.search.SeedTrials;
import dev.pbq.formats.search.SpacePresets;
import dev.pbq.formats.search.Variable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq search}: which number format for which operation. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = {
      "Searches number formats for every operation of every layer of a dense model, weights and"
          + " activations: many configurations are tried, and those that no other beats in both"
          + " quality and memory density are shown, drawn, and written down. Can be interrupted and"
          + " continued with --resume.",
      "",
      "Examples:",
      "  pbq search tiny --trials 40",
      "  pbq search opt-1.3b --space opt-1.3b --trials 128 --dataset wikitext2 --limit 8",
      "  pbq search my-model --dataset my.txt --sampler nsga2 --max-bits 5"
    },
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n")
final class SearchCommand implements Runnable {
  @Mixin private ModelArgument model;
  @Mixin private SearchOptions options;
  @Mixin private SearchObjectiveOptions objective;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Option(
      names = "--density-seqlen",
      paramLabel = "N",
      description = "Tokens whose activations count in memory density (default: ${DEFAULT-VALUE}).")
  private int densityTokens = 256;

  @Option(
      names = "--max-bits",
      paramLabel = "B",
      description = "The best configuration has at most so many bits per number.")
  private Double maxBits;

  @Option(
      names = {"--min-quality", "--max-perplexity"},
      paramLabel = "Q",
      description =
          "The best configuration has at most this perplexity (or at least this accuracy). Without"
              + " either limit it is the one with the fewest bits that loses at most 1 %% of"
              + " perplexity (0.01 of accuracy) against full precision.")
  private Double minQuality;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Output directory (default: out/<model>-search).")
  private Path out;

  @Option(names = "--resume", description = "Continue the study that the output directory holds.")
  private boolean resume;

  @Option(names = "--force", description = "Replace the study that the output directory holds.")
  private boolean force;

  @Override
  public void run() {
    common.applyLogging();
    checkOptions();
    ResolvedModel resolved = model.resolve();
    ModelFolder folder = ModelFolder.open(resolved.folder());
    if (Checkpoints.quantizedBy(folder).isPresent()) {
      throw PbqException.usage(folder.path() + " is quantized already; search takes a dense model");
    }
    CausalModel causal = Architectures.of(folder.config(), folder.path().toString());
    String toml = spaceToml();
    SearchedModel searched = SearchedModel.of(causal);
    SearchSpace space = SearchSpace.parse(toml, options.space(), searched.target());
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    space.warnings().forEach(w -> status.line("pbq: " + w));
    Path output = outputFolder(resolved);
    StudyResult result;
    try (TrialObjective judge =
            objective.judge(folder, causal, resolved, common.threads(), status);
        StudyFile file =
            StudyFile.open(
                created(output).resolve(StudyFile.NAME),
                header(judge, folder, toml, space),
                resume)) {
      DensityCount density =
          new DensityCount(MemoryFacts.operations(causal, searched.architecture()), densityTokens);
      Proposals proposals = proposals(space, density);
      SearchProgress progress = new SearchProgress(status, judge.metric(), options.trials());
      Study study = new Study(space, proposals, judge, density, file, progress);
      result =
          InterruptNotice.during(
              status,
              "pbq: interrupted; finished trials are kept: continue with --resume",
              () -> {
                study.run(options.trials());
                return StudyResult.of(file, judge.metric());
              });
    }
    status.clear();
    PrintWriter console = spec.commandLine().getOut();
    FrontReport.print(result, console);
    Optional<Measured> best =
        result.best(Optional.ofNullable(maxBits), Optional.ofNullable(minQuality));
    console.println();
    new StudyOutput(output, resolved.displayName(), space, searched.linears())
        .write(result, best, console::println);
  }

  private void checkOptions() {
    objective.check();
    OptionChecks.atLeastOne("--density-seqlen", densityTokens);
    if (resume && force) {
      throw PbqException.usage("--resume and --force exclude each other");
    }
    options.trials();
    options.sampler();
    options.population();
  }

  private String spaceToml() {
    Optional<String> preset = SpacePresets.toml(options.space());
    if (preset.isPresent()) {
      return preset.get();
    }
    Path file = Path.of(options.space());
    if (!Files.isRegularFile(file)) {
      throw PbqException.notFound(
          "--space "
              + file
              + " is neither a file nor a preset; there are "
              + String.join(", ", SpacePresets.names()));
    }
    try {
      return Files.readString(file);
    } catch (MalformedInputException e) {
      throw PbqException.badData(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private Path outputFolder(ResolvedModel resolved) {
    Path folder = out != null ? out : DefaultOutput.of(resolved, "search");
    if (Files.exists(folder.resolve(StudyFile.NAME)) && !resume && !force) {
      throw PbqException.usage(
          folder + " holds a study already; continue it with --resume, or replace it with --force");
    }
    return folder;
  }

  /** Once the study can begin, not before. */
  private static Path created(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw PbqException.resources("cannot make the folder " + folder + ": " + e.getMessage(), e);
    }
  }

  private Proposals proposals(SearchSpace space, DensityCount density) {
    Optional<SeedTrials> seeds =
        options.seedUniform()
            ? Optional.of(
                new SeedTrials(
                    space, point -> density.reference(space.formats(point)).averageBits()))
            : Optional.empty();
    return new Proposals(
        seeds, options.sampler().create(space, options.seed(), options.population()));
  }

  private StudyHeader header(
      TrialObjective judge, ModelFolder folder, String toml, SearchSpace space) {
    Map<String, String> parts = new LinkedHashMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(folder.path())) {
      parts.put("weights", WeightsFingerprint.of(checkpoint));
    }
    parts.put("objective", objective.name());
    parts.putAll(judge.fingerprint());
    parts.put("density-seqlen", Integer.toString(densityTokens));
    parts.put("space", Sha256.of(toml));
    parts.put("sampler", options.sampler().name().toLowerCase(Locale.ROOT));
    parts.put("seed", Long.toString(options.seed()));
    parts.put("population", Integer.toString(options.population()));
    parts.put("seed-uniform", Boolean.toString(options.seedUniform()));
    // Products that are split over another number of threads round differently.
    parts.put("threads", Integer.toString(common.threads()));
    return new StudyHeader(
        StudyHeader.VERSION, parts, space.variables().stream().map(Variable::name).toList());
  }
}
