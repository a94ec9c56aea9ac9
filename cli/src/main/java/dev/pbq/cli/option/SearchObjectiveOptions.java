package dev.pbq.cli.option;

import dev.pbq.cli.console.ScoringStatus;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.eval.tasks.TaskData;
import dev.pbq.eval.tasks.TaskSettings;
import dev.pbq.search.study.PerplexityObjective;
import dev.pbq.search.study.TaskObjective;
import dev.pbq.search.study.TrialModel;
import dev.pbq.search.study.TrialObjective;
import dev.pbq.workflow.source.BuiltIn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What quality is in a search, and on which data it is measured. */
public final class SearchObjectiveOptions {
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

  /**
   * Checks the options.
   *
   * @throws PbqException USAGE naming the option
   */
  public void check() {
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
  public TrialObjective judge(
      ModelFolder folder, ResolvedModel resolved, CommonOptions common, StatusLine status) {
    OptionalInt most = limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
    if (objective.equals(TASK)) {
      List<TaskData> rows = data.tasks(tasks, Optional.ofNullable(split)).load(false);
      return new TaskObjective(
          trialModel(folder, common),
          rows,
          TaskSettings.zeroShot(most),
          new ScoringStatus(status, "tasks"));
    }
    EvaluationText text =
        data.texts()
            .evaluation(dataset != null ? dataset : BuiltIn.defaultText(resolved, "wikitext2"));
    TrialModel model = trialModel(folder, common);
    try {
      return PerplexityObjective.of(
          model, text, seqlen.tokens(), most, new ScoringStatus(status, text.name()));
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private TrialModel trialModel(ModelFolder folder, CommonOptions common) {
    return TrialModel.open(folder, tokenizers.choice(), resident.running(common));
  }
}
