package dev.pbq.cli;

import dev.pbq.cli.search.PerplexityObjective;
import dev.pbq.cli.search.TaskObjective;
import dev.pbq.cli.search.TrialModel;
import dev.pbq.cli.search.TrialObjective;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.CausalModel;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.tasks.PromptStyle;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.eval.tasks.TaskSettings;
import dev.pbq.formats.arithmetic.Rules;
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
    OptionChecks.atLeastOne("--limit", limit);
  }

  /** What judges the trials; the caller closes it. */
  TrialObjective judge(
      ModelFolder folder,
      CausalModel causal,
      ResolvedModel resolved,
      int threads,
      StatusLine status) {
    return objective.equals(TASK)
        ? accuracy(folder, causal, threads, status)
        : perplexity(folder, causal, resolved, threads, status);
  }

  private TrialObjective accuracy(
      ModelFolder folder, CausalModel causal, int threads, StatusLine status) {
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
          trialModel(folder, causal, threads),
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
      ModelFolder folder,
      CausalModel causal,
      ResolvedModel resolved,
      int threads,
      StatusLine status) {
    boolean tiny = resolved.requested().equals(ModelArgument.TINY);
    EvaluationText text =
        data.evaluation(dataset != null ? dataset : tiny ? ModelArgument.TINY : "wikitext2");
    int tokens = seqlen.tokens().orElseGet(() -> Evaluation.defaultSeqlen(causal));
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
        trialModel(folder, causal, threads),
        windows,
        fingerprint,
        new ScoringStatus(status, text.name()));
  }

  private TrialModel trialModel(ModelFolder folder, CausalModel causal, int threads) {
    ModelWeights weights = Checkpoints.open(folder);
    try {
      Evaluation.requireTensors(causal, weights, folder.path());
      return new TrialModel(
          causal,
          weights,
          config -> new ActFormat("search", config, Rules.FIXED, true).operands(causal),
          resident.largest(),
          threads);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }
}
