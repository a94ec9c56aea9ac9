package dev.pbq.cli.command;

import dev.pbq.cli.Main;
import dev.pbq.cli.console.CommandWords;
import dev.pbq.cli.console.ComparisonStatus;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.CalibrationOptions;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.DequantizeOption;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.ReportOption;
import dev.pbq.cli.option.ResidentOption;
import dev.pbq.cli.option.TokenizerOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputFolders;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.eval.distance.FolderFingerprint;
import dev.pbq.workflow.compare.Candidate;
import dev.pbq.workflow.compare.Candidates;
import dev.pbq.workflow.compare.ChildProcess;
import dev.pbq.workflow.compare.Comparison;
import dev.pbq.workflow.compare.ComparisonFiles;
import dev.pbq.workflow.compare.ComparisonPlan;
import dev.pbq.workflow.compare.ComparisonRun;
import dev.pbq.workflow.compare.ComparisonTasks;
import dev.pbq.workflow.compare.Entries;
import dev.pbq.workflow.compare.Entry;
import dev.pbq.workflow.compare.Measurements;
import dev.pbq.workflow.compare.Row;
import dev.pbq.workflow.compare.RowQuantizer;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.report.ComparisonPage;
import dev.pbq.workflow.report.RunFacts;
import dev.pbq.workflow.source.BuiltIn;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq compare}: several quantizations of one model, measured, in one table. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Quantizes a model in several ways, each in a process of its own, measures every result and"
          + " the full-precision model, and prints one table: bits, bytes, perplexity, distance,"
          + " seconds, peak memory. What has been done before is not done again.",
      "",
      "Examples:",
      "  pbq compare tiny --methods rtn,gptq,xnor,billm,arb-rc,hqq,bfp",
      "  pbq compare my-model --methods rtn:bits=3,gptq:bits=3:groupsize=128,arb-rc:cgb"
          + " --dataset wikitext2,ptb",
      "  pbq compare my-model --recipe-dir recipes --out comparison --resume"
    },
    footer = {
      "",
      "--out holds a folder for each quantization, its recipe, evaluations.json (what"
          + " has been measured), compare.json, compare.csv and compare.md (the table), and"
          + " curve-linears.svg and curve-file.svg (loss against bits, against bytes).",
      "A method that fails does not stop the others; the exit code then is the first failure's."
    })
final class CompareCommand implements Callable<Integer> {
  @Mixin private ModelArgument model;
  @Mixin private DequantizeOption dequantize;

  @ArgGroup(multiplicity = "1", exclusive = false)
  private What what;

  /** Which quantizations. */
  static final class What {
    @Option(
        names = "--methods",
        split = ",",
        paramLabel = "M[:KEY=VALUE]...",
        description =
            "Methods with their settings, named as quantize has them: rtn,gptq:bits=3:groupsize=64;"
                + " a KEY alone is a switch: arb-rc:cgb. PB-LLM's methods take low-frac=0.9 if none"
                + " is given.")
    private List<String> methods = new ArrayList<>();

    @Option(
        names = "--recipes",
        split = ",",
        paramLabel = "FILE|MODEL",
        description =
            "Recipe files; models that are quantized already, measured as they are; TOML files"
                + " that name such models or give figures (docs/compare.md).")
    private List<String> recipes = new ArrayList<>();

    @Option(
        names = "--recipe-dir",
        paramLabel = "DIR",
        description = "All recipe files (*.toml) in this folder, by name.")
    private Path recipeDir;
  }

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Where everything is kept (default: out/compare-<model>).")
  private Path out;

  @Option(
      names = "--dataset",
      paramLabel = "SET|FILE",
      split = ",",
      description = "Texts for perplexity. Default: wikitext2, or tiny for the model built in.")
  private List<String> datasets = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "WINDOWS",
      description = "Perplexity: evaluate the first N windows of each text.")
  private Integer limit;

  @Option(
      names = "--tasks",
      split = ",",
      paramLabel = "TASK|PRESET",
      description = "Also measure these tasks, zero-shot: what eval-tasks takes, in --data-dir.")
  private List<String> tasks = new ArrayList<>();

  @Option(
      names = "--task-split",
      paramLabel = "NAME",
      description = "Split of every task (default: the one that the harness takes).")
  private String taskSplit;

  @Option(
      names = "--task-limit",
      paramLabel = "N",
      description = "Tasks: the first N rows of each.")
  private Integer taskLimit;

  @Option(
      names = "--kl-limit",
      paramLabel = "WINDOWS",
      description =
          "Distance: compare the first N windows of the first text (default: as many as keep the"
              + " original's log-probabilities below 4 GB of disk, at most --limit); 0 turns it"
              + " off.")
  private Integer klLimit;

  @Option(names = "--resume", description = "Continue unfinished quantizations.")
  private boolean resume;

  @Option(names = "--force", description = "Quantize everything again.")
  private boolean force;

  @Mixin private ReportOption report;
  @Mixin private CalibrationOptions calibration;
  @Mixin private DataOptions data;
  @Mixin private ResidentOption resident;
  @Mixin private TokenizerOptions tokenizers;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    common.applyLogging();
    ResolvedModel given = model.resolve();
    ResolvedModel resolved = dequantize.dense(given);
    ModelFolder folder = ModelFolder.open(resolved.folder());
    if (folder.quantMethod().isPresent()) {
      throw PbqException.badData(
          folder.shown()
              + " is quantized already: compare starts from the original; "
              + DequantizeOption.NAME
              + " takes its dequantized weights for that");
    }
    if (datasets.isEmpty()) {
      datasets.add(BuiltIn.defaultText(resolved, "wikitext2"));
    }
    List<EvaluationText> texts = datasets.stream().map(data.texts()::evaluation).toList();
    List<Entry> entries = entries(folder);
    Path root = out != null ? out : Path.of("out", "compare-" + resolved.simpleName());
    requireNothingUnfinished(root, entries);
    OutputFolders.create("out", root);
    report.prepare();
    PrintWriter console = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Measurements measured =
        new Measurements(
            texts,
            tasks(),
            tokenizers.choice(),
            calibration.evaluationSeqlen(),
            optional("--limit", limit, 1),
            optional("--kl-limit", klLimit, 0));
    String words = CommandWords.of(spec);
    ComparisonRun run =
        new ComparisonRun(
            new ComparisonPlan(
                resolved, given, root, measured, resident.running(common), force, words),
            RowQuantizer.inProcesses(
                new ChildProcess(Main.class.getName()),
                resolved.requested(),
                common.threads(),
                passedOn(Set.of("--data-dir", "--verbose", "--tokenizer", DequantizeOption.NAME))),
            new ComparisonStatus(new StatusLine(err)));
    Comparison comparison = run.run(entries);
    console.print(comparison.table().text());
    console.println();
    console.println(ComparisonFiles.explanation(comparison));
    console.println(
        "written to " + root.resolve(ComparisonFiles.NAME) + ".{md,csv,json}, curve-*.svg");
    report.write(
        () -> new ComparisonPage(new RunFacts(words, common.threads())).of(comparison, root),
        console);
    for (Row.Failed row : comparison.failures()) {
      err.println("pbq: " + row.label() + " failed: " + PbqException.oneLine(row.failure()));
    }
    return run.exitCode();
  }

  private ComparisonTasks tasks() {
    OptionalInt rows = optional("--task-limit", taskLimit, 1);
    return tasks.isEmpty()
        ? ComparisonTasks.NONE
        : new ComparisonTasks(data.tasks(tasks, Optional.ofNullable(taskSplit)).load(false), rows);
  }

  private List<Entry> entries(ModelFolder folder) {
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    return new Entries(
            new Candidates(FolderFingerprint.of(folder), this::withCommon),
            ModelArgument.models(status)::resolve)
        .of(what.methods, what.recipes, Optional.ofNullable(what.recipeDir));
  }

  /** A row's recipe with what was given for all rows put over it. */
  private Recipe withCommon(Recipe recipe) {
    return calibration
        .orderOver(recipe)
        .withData(
            tokenizers.over(recipe.tokens()),
            calibration.over(recipe.calibration()),
            recipe.evaluation())
        .withTextField(data.textField(recipe.textField()));
  }

  /** Options as they were given, where they were. */
  private List<String> passedOn(Set<String> names) {
    List<String> words = new ArrayList<>();
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (!names.contains(option.longestName())) {
        continue;
      }
      if (option.arity().max() == 0) {
        option.originalStringValues().forEach(value -> words.add(option.longestName()));
      } else {
        option
            .originalStringValues()
            .forEach(value -> words.addAll(List.of(option.longestName(), value)));
      }
    }
    return words;
  }

  private void requireNothingUnfinished(Path root, List<Entry> entries) {
    if (resume || force) {
      return;
    }
    for (Entry entry : entries) {
      if (entry instanceof Candidate candidate) {
        Path partial = root.resolve(candidate.directory() + ".partial");
        if (Files.exists(partial)) {
          throw PbqException.usage(
              "unfinished work in " + partial + ": --resume goes on with it, --force discards it");
        }
      }
    }
  }

  private static OptionalInt optional(String option, Integer value, int least) {
    if (value == null) {
      return OptionalInt.empty();
    }
    if (value < least) {
      throw PbqException.usage(option + " " + value + " is not at least " + least);
    }
    return OptionalInt.of(value);
  }
}
