package dev.pbq.cli;

import dev.pbq.cli.search.PerplexityObjective;
import dev.pbq.cli.search.TaskObjective;
import dev.pbq.cli.search.TrialModel;
import dev.pbq.cli.search.TrialObjective;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.model.CausalModel;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.run.Running;
import dev.pbq.eval.tasks.PromptStyle;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.eval.tasks.TaskSettings;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.source.BuiltIn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What quality is in a search, and on which data it is measured. */
final class SearchObjectiveOptions {
  private static final String PERPLEXITY = "perplexity";
  private static final String TASK = "task";

  @Mixin private DataOptions data;
  @Mixin private SeqlenOption seqlen;
  @Mixin private ResidentOption resident;
  @Mixin private TokenizerOptions tokenizers;

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
      names = "--limit",
      paramLabel = "N",
      description = "Measure the first N windows, or the first N rows of every task.")
  private Integer limit;

  /** The name of the objective. */
  String name() {
    return objective;
  }

  /**
   * Checks the options.
   *
   * @throws PbqException USAGE naming the option
   */
  void check() {
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
  }

  /** What judges the trials; the caller closes it. */
  TrialObjective judge(
      ModelFolder folder,
      CausalModel causal,
      ResolvedModel resolved,
      int threads,
      StatusLine status) {
    return objective.equals(TASK)
        ? accuracy(folder, threads, status)
        : perplexity(folder, causal, resolved, threads, status);
  }

  private TrialObjective accuracy(ModelFolder folder, int threads, StatusLine status) {
    List<TaskData> rows = data.tasks(tasks, Optional.ofNullable(split)).load(false);
    TaskSettings settings =
        new TaskSettings(
            limit == null ? OptionalInt.empty() : OptionalInt.of(limit),
            0,
            TaskSettings.HARNESS_SEED,
            PromptStyle.LM_EVAL,
            OptionalInt.empty());
    return new TaskObjective(
        trialModel(open(folder, threads)), rows, settings, new ScoringStatus(status, "tasks"));
  }

  private TrialObjective perplexity(
      ModelFolder folder,
      CausalModel causal,
      ResolvedModel resolved,
      int threads,
      StatusLine status) {
    EvaluationText text =
        data.texts()
            .evaluation(dataset != null ? dataset : BuiltIn.defaultText(resolved, "wikitext2"));
    int tokens = seqlen.tokens().orElseGet(() -> GptqProtocol.defaultSeqlen(causal));
    OptionalInt most = limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
    OpenModel open = open(folder, threads);
    try {
      int[][] windows =
          new GptqProtocol(text, OptionalInt.of(tokens), most).windows(causal, open.tokenizer());
      Map<String, String> fingerprint = new LinkedHashMap<>();
      fingerprint.put("text", text.sha256());
      fingerprint.put("tokenizer", open.tokenizer().fingerprint());
      fingerprint.put("seqlen", Integer.toString(tokens));
      fingerprint.put("windows", Integer.toString(windows.length));
      return new PerplexityObjective(
          trialModel(open), windows, fingerprint, new ScoringStatus(status, text.name()));
    } catch (RuntimeException | Error e) {
      open.close();
      throw e;
    }
  }

  private OpenModel open(ModelFolder folder, int threads) {
    return OpenModel.open(
        folder, Optional.empty(), tokenizers.choice(), Running.of(threads, resident.largest()));
  }

  private static TrialModel trialModel(OpenModel open) {
    return new TrialModel(
        open, config -> new ActFormat("search", config, Rules.FIXED, true).operands(open.model()));
  }
}
