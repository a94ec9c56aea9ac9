package dev.pbq.cli;

import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.Corpora;
import dev.pbq.core.data.CorpusLocator;
import dev.pbq.core.data.EvaluationDocuments;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.LabeledCorpora;
import dev.pbq.core.data.LabeledSet;
import dev.pbq.eval.tasks.TaskSelection;
import dev.pbq.hub.DownloadListener;
import dev.pbq.hub.Hub;
import dev.pbq.tiny.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where texts come from. */
final class DataOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Folder in which data sets (wikitext2, ptb, c4, sst2, tasks) are found by name (default:"
              + " the environment's PBQ_DATA); then in the hub cache, else they are downloaded.")
  private Path dataDir;

  /** The text that calibration windows are drawn from, by data set name or file. */
  CalibrationText calibration(String nameOrFile) {
    return nameOrFile.equals(ModelArgument.TINY)
        ? CalibrationText.of(ModelArgument.TINY, TinyModel.calibrationText())
        : corpora().calibration(nameOrFile);
  }

  /** The text that perplexity is measured on, by data set name or file. */
  EvaluationText evaluation(String nameOrFile) {
    return nameOrFile.equals(ModelArgument.TINY)
        ? EvaluationText.of(ModelArgument.TINY, TinyModel.evaluationText())
        : corpora().evaluation(nameOrFile);
  }

  /** The texts that accuracy is measured on, by data set name or file. */
  LabeledSet labeled(String nameOrFile, OptionalInt limit) {
    return new LabeledCorpora(directory(), System.getenv(), this::download).read(nameOrFile, limit);
  }

  /** As {@link #evaluation}, plain text files as they are. */
  EvaluationText plainText(String nameOrFile) {
    return nameOrFile.equals(ModelArgument.TINY)
        ? evaluation(nameOrFile)
        : corpora().plainText(nameOrFile);
  }

  /** The documents that perplexity is measured on one by one, by data set name or file. */
  EvaluationDocuments documents(String nameOrFile) {
    return nameOrFile.equals(ModelArgument.TINY)
        ? EvaluationDocuments.of(ModelArgument.TINY, TinyModel.evaluationText())
        : corpora().documents(nameOrFile);
  }

  /** Tasks with their data. */
  TaskSelection tasks(List<String> names, Optional<String> split) {
    return new TaskSelection(
        names, directory(), new CorpusLocator(directory(), System.getenv(), this::download), split);
  }

  private Corpora corpora() {
    return new Corpora(directory(), System.getenv(), this::download);
  }

  private Path download(String repository, List<String> globs) {
    // Options that no command line filled in have nowhere to show anything.
    DownloadListener listener =
        mixee == null
            ? DownloadListener.SILENT
            : new DownloadStatus(new StatusLine(mixee.commandLine().getErr()));
    return Hub.of(System.getenv(), listener).dataset(repository, globs);
  }

  private Optional<Path> directory() {
    return Optional.ofNullable(dataDir)
        .or(() -> Optional.ofNullable(System.getenv("PBQ_DATA")).map(Path::of));
  }
}
