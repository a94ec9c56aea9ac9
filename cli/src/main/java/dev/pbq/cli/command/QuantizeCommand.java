package dev.pbq.cli.command;

import dev.pbq.cli.console.CommandWords;
import dev.pbq.cli.console.DefaultOutput;
import dev.pbq.cli.console.EvaluationStatus;
import dev.pbq.cli.console.InterruptNotice;
import dev.pbq.cli.console.OptionNames;
import dev.pbq.cli.console.QuantizeProgress;
import dev.pbq.cli.console.ResultFile;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.BlockwiseOptions;
import dev.pbq.cli.option.CalibrationOptions;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.DequantizeOption;
import dev.pbq.cli.option.MethodOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.PlanOptions;
import dev.pbq.cli.option.RecipeOptions;
import dev.pbq.cli.option.ReportOption;
import dev.pbq.cli.option.SelectionOptions;
import dev.pbq.cli.option.TokenizerOptions;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.pipeline.DenseFolder;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.quant.Methods;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.workflow.engine.EngineChoice;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.quantize.MemoryLimit;
import dev.pbq.workflow.quantize.RecipeRun;
import dev.pbq.workflow.recipe.AllocationChoice;
import dev.pbq.workflow.recipe.CalibrationChoice;
import dev.pbq.workflow.recipe.EvaluationChoice;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.VocabularyChoice;
import dev.pbq.workflow.report.ErrorPlot;
import dev.pbq.workflow.report.OtherPrograms;
import dev.pbq.workflow.report.PlanText;
import dev.pbq.workflow.report.QuantizationText;
import dev.pbq.workflow.report.ResultPages;
import dev.pbq.workflow.report.RunFacts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq quantize}: quantizes a model into a packed checkpoint. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    abbreviateSynopsis = true,
    modelTransformer = QuantizeCommand.WithMethods.class,
    description = "Quantizes a model, one decoder block at a time, into a packed checkpoint.",
    parameterListHeading = "%n",
    footer = {
      "",
      "Examples:",
      "  pbq quantize huggyllama/llama-7b --method xnor --low-frac 0.9",
      "  pbq quantize my-model --method gptq --bits 4 --groupsize 128 --calib my.txt",
      "  pbq quantize my-model --method arb-rc --cgb",
      "  pbq quantize tiny --method xnor --low-frac 0.8 --out q --eval tiny",
      "  pbq quantize llama-7b --method xnor --low-frac 0.9 --dry-run",
      "  pbq quantize my-model --recipe out/llama-7b-xnor/pbq-recipe.toml",
      "  pbq quantize --allocate --help    what goes with --allocate; likewise others",
      "",
      "A killed run continues with --resume and gives the same bytes. Exit codes: see 'pbq --help'."
    })
final class QuantizeCommand implements Runnable {
  private static final List<String> NO_EVAL = List.of("none");

  /** Adds the options of all methods that there are. */
  static final class WithMethods implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
      QuantizeCommand quantize = (QuantizeCommand) command.userObject();
      quantize.vocabulary.addTo(command);
      quantize.allocation.addTo(command);
      quantize.methodOptions.addTo(command, Methods.load());
      QuantizeHelp.install(command, quantize.methodOptions);
      return command;
    }
  }

  @Mixin private ModelArgument model;
  @Mixin private DequantizeOption dequantize;
  @Mixin private RecipeOptions recipes;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Output directory (default: out/<model>-<method>).")
  private Path out;

  @Mixin private MethodOptions methodOptions;

  private final PlanOptions vocabulary = new PlanOptions(VocabularyChoice.class);
  private final PlanOptions allocation = new PlanOptions(AllocationChoice.class);
  @Mixin private SelectionOptions selection;
  @Mixin private CalibrationOptions calibration;
  @Mixin private BlockwiseOptions blockwise;
  @Mixin private DataOptions data;
  @Mixin private TokenizerOptions tokenizers;

  @Option(
      names = "--eval",
      split = ",",
      paramLabel = "SET|FILE",
      description = "Then measure perplexity on these texts; none: not on a recipe's either.")
  private List<String> eval;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the --eval results as JSON.")
  private Path json;

  @Option(names = "--save", description = "Also write it as dense fp16, to <out>-dense.")
  private boolean save;

  @Option(names = "--plot", description = "Also draw each layer's error: pbq-errors.svg in it.")
  private boolean plot;

  @Option(names = "--resume", description = "Continue an interrupted run.")
  private boolean resume;

  @Option(names = "--force", description = "Replace the output directory if it exists.")
  private boolean force;

  @Option(names = "--dry-run", description = "Read headers only; tell bits, memory, disk and time.")
  private boolean dryRun;

  @Option(
      names = "--max-shard-size",
      paramLabel = "SIZE",
      description = "Largest weight file (default: 5GB).")
  private String maxShardSize;

  @Option(names = "--engine", paramLabel = "NAME", description = "local (default), or spark.")
  private String engine = EngineChoice.LOCAL.name();

  @Option(names = "--master", paramLabel = "URL", description = "The engine's machines.")
  private String master;

  @Option(names = "--max-memory", paramLabel = "SIZE", description = "Stay below it, or refuse.")
  private String maxMemory;

  @Mixin private ReportOption page;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    common.applyLogging();
    ResultFile.prepare(json);
    EngineChoice by = new EngineChoice(engine, Optional.ofNullable(master));
    PrintWriter console = spec.commandLine().getOut();
    Recipe recipe = recipe();
    ResolvedModel resolved = dequantize.dense(dryRun ? model.resolveHeaders() : model.resolve());
    Path output = out != null ? out : DefaultOutput.of(resolved, recipe.requireMethod());
    MemoryLimit limit = MemoryLimit.parse(maxMemory);
    try (RecipeRun run = RecipeRun.open(resolved, recipe, data.texts(), common.threads(), limit)) {
      if (dryRun) {
        PlanText.print(resolved, run.job(), run.estimate(), recipe, common.threads(), console);
        return;
      }
      List<EvaluationText> texts = run.evaluationTexts();
      page.prepare();
      StatusLine status = new StatusLine(spec.commandLine().getErr());
      QuantizationReport report =
          InterruptNotice.during(
              status,
              "pbq: interrupted; finished blocks are kept: continue with --resume",
              () ->
                  run.quantize(
                      output, new Existing(resume, force), by, new QuantizeProgress(status)));
      status.clear();
      QuantizationText.print(output, report, console);
      if (plot) {
        ErrorPlot.write(output, report);
      }
      if (save) {
        console.println("  dense fp16     " + DenseFolder.beside(output, force, run.shardBytes()));
      }
      List<PerplexityResult> results =
          texts.isEmpty() ? List.of() : run.evaluate(output, texts, new EvaluationStatus(status));
      EvalPplCommand.print(results, console);
      if (json != null && !texts.isEmpty()) {
        ResultFile.write(json, results);
      }
      page.write(
          () ->
              new ResultPages(new RunFacts(CommandWords.of(spec), common.threads()))
                  .quantization(report, results),
          console);
      console.println(OptionNames.spell(OtherPrograms.line(output)));
    }
  }

  /** The recipe file's, with every option that was given in place of its value. */
  private Recipe recipe() {
    Recipe base = recipes.recipe(methodOptions.given());
    CalibrationChoice windows = calibration.over(base.calibration());
    OptionalInt seqlen = calibration.evaluationSeqlen();
    EvaluationChoice evaluation =
        new EvaluationChoice(
            eval == null ? base.evaluation().datasets() : eval.equals(NO_EVAL) ? List.of() : eval,
            seqlen.isPresent() ? seqlen : base.evaluation().tokens());
    return calibration
        .orderOver(base)
        .withLayers(selection.over(base.layers()), base.overrides())
        .withVocabulary(base.vocabulary().with(vocabulary.given()))
        .withAllocation(base.allocation().with(allocation.given()))
        .withBlockwise(blockwise.over(base.blockwise()))
        .withData(tokenizers.over(base.tokens()), windows, evaluation)
        .withTextField(data.textField(base.textField()))
        .withMaxShardSize(Optional.ofNullable(maxShardSize).or(base::maxShardSize));
  }
}
