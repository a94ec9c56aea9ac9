package dev.pbq.cli;

import dev.pbq.cli.search.DensityCount;
import dev.pbq.cli.search.FrontReport;
import dev.pbq.cli.search.Measured;
import dev.pbq.cli.search.PerplexityObjective;
import dev.pbq.cli.search.Study;
import dev.pbq.cli.search.StudyFile;
import dev.pbq.cli.search.StudyHeader;
import dev.pbq.cli.search.StudyOutput;
import dev.pbq.cli.search.StudyResult;
import dev.pbq.cli.search.TaskObjective;
import dev.pbq.cli.search.TrialModel;
import dev.pbq.cli.search.TrialObjective;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.Sha256;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.pipeline.WeightsFingerprint;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.tasks.PromptStyle;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.eval.tasks.TaskSettings;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.config.Architecture;
import dev.pbq.formats.search.Proposals;
import dev.pbq.formats.search.SearchSpace;
import dev.pbq.formats.search.SeedTrials;
import dev.pbq.formats.search.SpacePresets;
import dev.pbq.formats.search.Target;
import dev.pbq.formats.search.Variable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
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
  private static final String PERPLEXITY = "perplexity";
  private static final String TASK = "task";

  @Mixin private ModelArgument model;
  @Mixin private SearchOptions options;
  @Mixin private DataOptions data;
  @Mixin private TokenizerOptions tokenizers;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Option(
      names = "--objective",
      paramLabel = "Q",
      description =
          "What quality is: perplexity (default), or task: the mean accuracy over --tasks.")
  private String objective = PERPLEXITY;

  @Option(
      names = "--tasks",
      split = ",",
      paramLabel = "TASK|PRESET",
      description = "With --objective task: what eval-tasks takes, found in --data-dir.")
  private List<String> tasks = new ArrayList<>();

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "With --objective task: the split (default: the one that the harness takes).")
  private String split;

  @Option(
      names = "--dataset",
      paramLabel = "SET|FILE",
      description =
          "Text that perplexity is measured on: wikitext2, ptb, c4, tiny, or a file. Default:"
              + " wikitext2, or tiny for the model built in.")
  private String dataset;

  @Option(
      names = "--seqlen",
      paramLabel = "N",
      description = "Tokens per window (default: 2048, or the model's longest sequence).")
  private Integer seqlen;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Measure the first N windows, or the first N rows of every task.")
  private Integer limit;

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

  @Option(
      names = "--resident",
      paramLabel = "SIZE",
      description =
          "Models up to this size in float32 are held in memory whole (default:"
              + " ${DEFAULT-VALUE}).")
  private String resident = "4GB";

  @Override
  public void run() {
    common.applyLogging();
    checkOptions();
    ResolvedModel resolved = model.resolve();
    ModelFolder folder = ModelFolder.open(resolved.folder());
    if (folder.isPacked()) {
      throw PbqException.usage(folder.path() + " is quantized already; search takes a dense model");
    }
    CausalModel causal = Architectures.of(folder.config(), folder.path().toString());
    String toml = spaceToml();
    SearchSpace space = SearchSpace.parse(toml, options.space(), target(causal));
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    space.warnings().forEach(w -> status.line("pbq: " + w));
    Path output = outputFolder(resolved);
    StudyResult result;
    try (TrialObjective judge = judge(folder, causal, resolved, status);
        StudyFile file =
            StudyFile.open(
                output.resolve(StudyFile.NAME), header(judge, folder, toml, space), resume)) {
      DensityCount density =
          new DensityCount(MemoryFacts.operations(causal, architecture(causal)), densityTokens);
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
    new StudyOutput(output, resolved.displayName(), space, linears(causal))
        .write(result, best, console::println);
  }

  private void checkOptions() {
    boolean byTask = objective.equals(TASK);
    if (!byTask && !objective.equals(PERPLEXITY)) {
      throw PbqException.usage(
          "--objective " + objective + " is unknown; there are perplexity and task");
    }
    if (byTask == tasks.isEmpty()) {
      throw PbqException.usage("--objective task and --tasks need each other");
    }
    if (limit != null && limit < 1) {
      throw PbqException.usage("--limit " + limit + " is not at least 1");
    }
    if (densityTokens < 1) {
      throw PbqException.usage("--density-seqlen " + densityTokens + " is not at least 1");
    }
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

  private static Architecture architecture(CausalModel model) {
    return Architecture.of(model.architecture())
        .orElseThrow(
            () ->
                PbqException.usage(
                    "search: there are no formats for " + model.architecture() + " models"));
  }

  private static Target target(CausalModel model) {
    Set<String> tensors = new LinkedHashSet<>(model.requiredTensors());
    Set<String> biased = new LinkedHashSet<>();
    linears(model)
        .get(0)
        .forEach(
            (path, name) -> {
              if (tensors.contains(name + ".bias")) {
                biased.add(path);
              }
            });
    return new Target(architecture(model), model.blocks(), biased);
  }

  /** Full names of the linears of each layer, by path. */
  private static List<Map<String, String>> linears(CausalModel model) {
    List<Map<String, String>> layers = new ArrayList<>();
    for (int b = 0; b < model.blocks(); b++) {
      Map<String, String> names = new LinkedHashMap<>();
      for (LinearInput input : model.linearInputs(b)) {
        for (String linear : input.linears()) {
          names.put(linear.replaceFirst("^.*layers\\.\\d+\\.", ""), linear);
        }
      }
      layers.add(names);
    }
    return layers;
  }

  private Path outputFolder(ResolvedModel resolved) {
    Path folder = out != null ? out : DefaultOutput.of(resolved, "search");
    if (Files.exists(folder.resolve(StudyFile.NAME)) && !resume && !force) {
      throw PbqException.usage(
          folder + " holds a study already; continue it with --resume, or replace it with --force");
    }
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

  private TrialObjective judge(
      ModelFolder folder, CausalModel causal, ResolvedModel resolved, StatusLine status) {
    return objective.equals(TASK)
        ? accuracy(folder, causal, status)
        : perplexity(folder, causal, resolved, status);
  }

  private TrialObjective accuracy(ModelFolder folder, CausalModel causal, StatusLine status) {
    List<TaskData> rows = data.tasks(tasks, Optional.ofNullable(split)).load(false);
    TaskSettings settings =
        new TaskSettings(
            limit == null ? OptionalInt.empty() : OptionalInt.of(limit),
            0,
            TaskSettings.HARNESS_SEED,
            PromptStyle.LM_EVAL,
            OptionalInt.empty());
    Tokenizer tokenizer = tokenizers.open(folder.path());
    try {
      return new TaskObjective(
          trialModel(folder, causal),
          tokenizer,
          rows,
          settings,
          new ScoringStatus(status, "tasks"));
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private TrialObjective perplexity(
      ModelFolder folder, CausalModel causal, ResolvedModel resolved, StatusLine status) {
    boolean tiny = resolved.requested().equals(ModelArgument.TINY);
    EvaluationText text =
        data.evaluation(dataset != null ? dataset : tiny ? ModelArgument.TINY : "wikitext2");
    int tokens = seqlen != null ? seqlen : Evaluation.defaultSeqlen(causal);
    OptionalInt most = limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
    int[][] windows;
    Map<String, String> fingerprint = new LinkedHashMap<>();
    try (Tokenizer tokenizer = tokenizers.open(folder.path())) {
      windows = new GptqProtocol(text, OptionalInt.of(tokens), most).windows(causal, tokenizer);
      fingerprint.put("text", text.sha256());
      fingerprint.put("tokenizer", tokenizer.fingerprint());
      fingerprint.put("seqlen", Integer.toString(tokens));
      fingerprint.put("windows", Integer.toString(windows.length));
    }
    return new PerplexityObjective(
        trialModel(folder, causal), windows, fingerprint, new ScoringStatus(status, text.name()));
  }

  private TrialModel trialModel(ModelFolder folder, CausalModel causal) {
    ModelWeights weights = Checkpoints.open(folder);
    try {
      Evaluation.requireTensors(causal, weights, folder.path());
      return new TrialModel(
          causal,
          weights,
          config -> new ActFormat("search", config, Rules.FIXED, true).operands(causal),
          ShardSize.parse(resident),
          common.threads());
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private StudyHeader header(
      TrialObjective judge, ModelFolder folder, String toml, SearchSpace space) {
    Map<String, String> parts = new LinkedHashMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(folder.path())) {
      parts.put("weights", WeightsFingerprint.of(checkpoint));
    }
    parts.put("objective", objective);
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
