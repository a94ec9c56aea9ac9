package dev.pbq.cli.command;

import dev.pbq.cli.console.DefaultOutput;
import dev.pbq.cli.console.InterruptNotice;
import dev.pbq.cli.console.OptionChecks;
import dev.pbq.cli.console.SearchProgress;
import dev.pbq.cli.console.SearchReport;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.SearchObjectiveOptions;
import dev.pbq.cli.option.SearchOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputFolders;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.search.sampler.SpacePresets;
import dev.pbq.search.study.FrontTable;
import dev.pbq.search.study.Measured;
import dev.pbq.search.study.SearchedModel;
import dev.pbq.search.study.Study;
import dev.pbq.search.study.StudyFile;
import dev.pbq.search.study.StudyHeader;
import dev.pbq.search.study.StudyOutput;
import dev.pbq.search.study.StudyPlan;
import dev.pbq.search.study.StudyResult;
import dev.pbq.search.study.StudySettings;
import dev.pbq.search.study.TrialObjective;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq search}: searches the best number format for each operation of a model. */
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
    })
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
    SearchedModel searched = SearchedModel.open(folder);
    StudySettings settings =
        new StudySettings(
            options.space(),
            spaceToml(),
            options.sampler(),
            options.seed(),
            options.population(),
            options.seedUniform(),
            densityTokens);
    StudyPlan plan = settings.plan(searched);
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    plan.space().warnings().forEach(w -> status.line("pbq: " + w));
    Path output = outputFolder(resolved);
    StudyResult result;
    try (TrialObjective judge = objective.judge(folder, resolved, common, status);
        StudyFile file =
            StudyFile.open(
                OutputFolders.create(output).resolve(StudyFile.NAME),
                StudyHeader.of(folder, judge, settings, plan, common.threads()),
                resume)) {
      SearchProgress progress = new SearchProgress(status, judge.metric(), options.trials());
      Study study = new Study(plan, judge, file, progress);
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
    new FrontTable(result, console).print();
    Optional<Measured> best =
        result.best(Optional.ofNullable(maxBits), Optional.ofNullable(minQuality));
    console.println();
    StudyOutput.Written written =
        new StudyOutput(output, resolved.displayName(), plan.space(), searched.linears())
            .write(result, best);
    new SearchReport(result, console).printFiles(written, best, resolved.displayName());
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
}
