package dev.pbq.cli.option;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.eval.run.Running;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.recipe.TrainingRecipe;
import dev.pbq.workflow.source.Texts;
import dev.pbq.workflow.train.TrainingJob;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code train} and {@code tune} share: text, recipe, output. */
public final class TrainingOptions {
  @Option(
      names = "--dataset",
      paramLabel = "SET|FILE",
      description =
          "The text that is learned from: the calibration part of wikitext2, ptb, c4 or tiny, or a"
              + " file (.txt, .jsonl, .jsonl.gz, .parquet). Default: wikitext2, or tiny for the"
              + " model built in.")
  private String dataset;

  @Option(
      names = "--recipe",
      paramLabel = "FILE.toml",
      description =
          "A file such as the one that every run writes into its output. Options given here win"
              + " over it.")
  private Path recipe;

  @Mixin private DataOptions data;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Output directory (default: out/<model>-<method>; of tune out/<model>-tuned).")
  private Path out;

  @Option(names = "--resume", description = "Continue an interrupted run.")
  private boolean resume;

  @Option(names = "--force", description = "Replace the output directory if it exists.")
  private boolean force;

  /** Where texts are found. */
  public Texts texts() {
    return data.texts();
  }

  /** Where the result goes. */
  public Optional<Path> out() {
    return Optional.ofNullable(out);
  }

  /** What to do with what is there. */
  public Existing existing() {
    return new Existing(resume, force);
  }

  /** The job: the recipe's, with what was given over it. */
  public TrainingJob job(
      ResolvedModel resolved,
      Optional<String> method,
      ObjectNode settings,
      ObjectNode plan,
      int threads,
      StatusLine status) {
    TrainingRecipe base = recipe == null ? TrainingRecipe.EMPTY : TrainingRecipe.read(recipe);
    Optional<String> field = data.textField(base.textField());
    TrainingRecipe given =
        new TrainingRecipe(method, settings, plan, Optional.ofNullable(dataset), field);
    return new TrainingJob(
        resolved,
        base.with(given),
        data.texts(),
        ModelArgument.models(status)::resolve,
        Running.of(threads, Long.MAX_VALUE));
  }
}
