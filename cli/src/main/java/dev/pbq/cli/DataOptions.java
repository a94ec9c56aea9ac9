package dev.pbq.cli;

import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.Corpora;
import dev.pbq.core.data.EvaluationDocuments;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.tiny.TinyModel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where texts come from. */
final class DataOptions {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Folder in which wikitext2, ptb and c4 are found by name (default: the environment's"
              + " PBQ_DATA); then the hub cache.")
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

  private Corpora corpora() {
    Optional<Path> directory =
        Optional.ofNullable(dataDir)
            .or(() -> Optional.ofNullable(System.getenv("PBQ_DATA")).map(Path::of));
    return new Corpora(directory, System.getenv());
  }
}
