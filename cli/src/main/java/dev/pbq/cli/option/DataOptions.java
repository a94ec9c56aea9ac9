package dev.pbq.cli.option;

import dev.pbq.cli.console.DownloadStatus;
import dev.pbq.cli.console.StatusLine;
import dev.pbq.eval.tasks.TaskSelection;
import dev.pbq.workflow.source.Texts;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where texts come from. */
public final class DataOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Folder in which data sets (wikitext2, ptb, c4, sst2, tasks) are found by name (default:"
              + " the environment's PBQ_DATA); then in the hub cache, else they are downloaded.")
  private Path dataDir;

  @Option(
      names = "--text-field",
      paramLabel = "NAME",
      description =
          "Field (or Parquet column) that holds the text in files of one's own (default: text).")
  private String textField;

  /** Texts by data set name or file; downloads are shown on the error stream. */
  public Texts texts() {
    Texts texts =
        new Texts(
            Optional.ofNullable(dataDir),
            System.getenv(),
            new DownloadStatus(new StatusLine(mixee.commandLine().getErr())));
    return texts.withTextField(Optional.ofNullable(textField));
  }

  /** The field that holds texts: the option's, or else a recipe's. */
  public Optional<String> textField(Optional<String> ofRecipe) {
    return Optional.ofNullable(textField).or(() -> ofRecipe);
  }

  /** Tasks with their data. */
  public TaskSelection tasks(List<String> names, Optional<String> split) {
    Texts texts = texts();
    return new TaskSelection(names, texts.directory(), texts.locator(), split);
  }
}
