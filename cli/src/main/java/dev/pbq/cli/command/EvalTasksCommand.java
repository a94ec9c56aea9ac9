package dev.pbq.cli.command;

import dev.pbq.cli.console.EvaluationStatus;
import dev.pbq.cli.console.OptionChecks;
import dev.pbq.cli.console.ResultFile;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.cli.option.ActFormatOptions;
import dev.pbq.cli.option.CommonOptions;
import dev.pbq.cli.option.DataOptions;
import dev.pbq.cli.option.ModelArgument;
import dev.pbq.cli.option.ResidentOption;
import dev.pbq.cli.option.TokenizerOptions;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.eval.MeanAndError;
import dev.pbq.eval.run.Recorded;
import dev.pbq.eval.run.TaskEvaluation;
import dev.pbq.eval.tasks.PromptStyle;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.eval.tasks.TaskPreset;
import dev.pbq.eval.tasks.TaskReport;
import dev.pbq.eval.tasks.TaskResult;
import dev.pbq.eval.tasks.TaskSelection;
import dev.pbq.eval.tasks.TaskSettings;
import dev.pbq.formats.model.ActFormat;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pbq eval-tasks}: zero-shot accuracy of a dense or packed model. */
@Command(
    name = "eval-tasks",
    mixinStandardHelpOptions = true,
    description = {
      "Measures zero- or few-shot accuracy on tasks, on dense and packed folders alike, with the"
          + " prompts and metrics of lm-evaluation-harness.",
      "",
      "Examples:",
      "  pbq eval-tasks my-model --tasks piqa,winogrande --data-dir tasks",
      "  pbq eval-tasks my-model --tasks onebit --data-dir tasks --split validation --limit 200",
      "  pbq eval-tasks my-model --tasks arc_easy=my-questions.jsonl --json result.json"
    })
final class EvalTasksCommand implements Runnable {
  @Mixin private ModelArgument model;
  @Mixin private DataOptions data;
  @Mixin private ResidentOption resident;
  @Mixin private TokenizerOptions tokenizers;
  @Mixin private ActFormatOptions actFormats;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Option(
      names = "--tasks",
      required = true,
      split = ",",
      paramLabel = "TASK|PRESET",
      description =
          "piqa, arc_easy, arc_challenge, hellaswag, winogrande, boolq, openbookqa,"
              + " lambada_openai, copa; TASK=FILE for data in a file; or a paper's set, with its"
              + " choice of metric and its mean: pb-llm (seven tasks), onebit (six).")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "Evaluate this split of every task (default: the one that the harness takes).")
  private String split;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Evaluate the first N rows of every task.")
  private Integer limit;

  @Option(
      names = "--num-fewshot",
      paramLabel = "K",
      description =
          "Examples before each question, from the train split, or else from the other questions"
              + " (default: ${DEFAULT-VALUE}).")
  private int shots;

  @Option(
      names = "--fewshot-seed",
      paramLabel = "SEED",
      description = "What examples are drawn with (default: ${DEFAULT-VALUE}).")
  private long seed = TaskSettings.HARNESS_SEED;

  @Option(
      names = "--prompts",
      paramLabel = "STYLE",
      description =
          "lm-eval (default), or olmes, which words piqa, openbookqa and copa differently.")
  private String prompts = PromptStyle.LM_EVAL.label();

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      description = "Tokens that are run at once (default: what suits the model).")
  private Integer batchTokens;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the results as JSON, with the harness' names.")
  private Path json;

  @Option(names = "--samples", paramLabel = "FILE", description = "Also write every answer.")
  private Path samples;

  @Override
  public void run() {
    common.applyLogging();
    ResultFile.prepare(json);
    StatusLine status = new StatusLine(spec.commandLine().getErr());
    Recorded answers = new Recorded(Optional.ofNullable(samples), new EvaluationStatus(status));
    TaskSettings settings =
        new TaskSettings(
            atLeastOne("--limit", limit),
            shots(),
            seed,
            PromptStyle.named(prompts),
            atLeastOne("--batch-tokens", batchTokens));
    TaskSelection selection = data.tasks(names, Optional.ofNullable(split));
    Optional<TaskPreset> preset = selection.preset();
    List<TaskData> tasks = selection.load(shots > 0);
    ResolvedModel resolved = model.resolve();
    ModelFolder folder = ModelFolder.open(resolved.folder());
    Optional<ActFormat> format = actFormats.of(folder);
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> report =
        new TaskEvaluation(settings, tokenizers.choice(), resident.running(common), answers)
            .run(
                resolved.displayName(),
                folder,
                tasks,
                preset,
                format,
                result -> print(result, out));
    answers.write();
    preset.ifPresent(
        p ->
            out.println(
                String.format(
                    Locale.ROOT, "%-14s  mean %.4f", p.label(), TaskReport.mean(report, p))));
    if (json != null) {
      ResultFile.write(json, report);
    }
  }

  private int shots() {
    if (shots < 0) {
      throw PbqException.usage("--num-fewshot " + shots + " is below 0");
    }
    return shots;
  }

  private static OptionalInt atLeastOne(String option, Integer value) {
    return OptionChecks.atLeastOne(option, value) == null
        ? OptionalInt.empty()
        : OptionalInt.of(value);
  }

  private static void print(TaskResult r, PrintWriter out) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%-14s", r.task().label()));
    append(line, "acc", r.acc());
    r.accNorm().ifPresent(value -> append(line, "acc_norm", value));
    r.accuracy().perplexity().ifPresent(value -> append(line, "perplexity", value));
    line.append(
        String.format(
            Locale.ROOT,
            "  (%s, %d of %d rows%s)",
            r.rows().split(),
            r.rows().effective(),
            r.rows().original(),
            r.rows().skipped().isEmpty()
                ? ""
                : ", "
                    + r.rows().skipped().size()
                    + " skipped: an answer longer than the context"));
    out.println(line);
  }

  private static void append(StringBuilder line, String name, MeanAndError value) {
    line.append(
        String.format(Locale.ROOT, "  %s %.4f +- %.4f", name, value.mean(), value.standardError()));
  }
}
