package dev.pbq.cli;

import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.Corpora;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.hub.DownloadListener;
import dev.pbq.hub.Hub;
import dev.pbq.tiny.TinyModel;
import java.nio.file.Path;
import java.util.Optional;
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
          "Folder in which wikitext2, ptb and c4 are found by name (default: the environment's"
              + " PBQ_DATA); then in the hub cache, else they are downloaded.")
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

  private Corpora corpora() {
    Optional<Path> directory =
        Optional.ofNullable(dataDir)
            .or(() -> Optional.ofNullable(System.getenv("PBQ_DATA")).map(Path::of));
    // Options that no command line filled in have nowhere to show anything.
    DownloadListener listener =
        mixee == null
            ? DownloadListener.SILENT
            : new DownloadStatus(new StatusLine(mixee.commandLine().getErr()));
    return new Corpora(
        directory,
        System.getenv(),
        (repository, globs) -> Hub.of(System.getenv(), listener).dataset(repository, globs));
  }
}
