package dev.pbq.workflow.source;

import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.Corpora;
import dev.pbq.core.data.CorpusLocator;
import dev.pbq.core.data.EvaluationDocuments;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.LabeledCorpora;
import dev.pbq.core.data.LabeledSet;
import dev.pbq.hub.DownloadListener;
import dev.pbq.hub.Hub;
import dev.pbq.tiny.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds texts by the name of a data set ({@code wikitext2}, {@code ptb}, {@code c4}, {@code tiny})
 * or by file. A name is looked for in the data directory, then in the hub cache, then downloaded.
 *
 * <p>Every method throws {@link dev.pbq.core.PbqException}: NOT_FOUND if there is no such file or
 * data set, BAD_DATA naming file, line and field if it cannot be read or holds no text.
 */
public final class Texts {
  private final Optional<Path> directory;
  private final Map<String, String> environment;
  private final DownloadListener listener;
  private final Optional<String> textField;

  /**
   * Texts as an environment has them.
   *
   * @param directory data directory; empty for the environment's {@code PBQ_DATA}
   * @param environment variables of the process: places of caches, hub address and token
   * @param listener is told how far downloads are
   */
  public Texts(
      Optional<Path> directory, Map<String, String> environment, DownloadListener listener) {
    this(
        directory.or(() -> Optional.ofNullable(environment.get("PBQ_DATA")).map(Path::of)),
        Map.copyOf(environment),
        listener,
        Optional.empty());
  }

  private Texts(
      Optional<Path> directory,
      Map<String, String> environment,
      DownloadListener listener,
      Optional<String> textField) {
    this.environment = environment;
    this.directory = directory;
    this.listener = listener;
    this.textField = textField;
  }

  /** The same, but in files that are no known data set the text stands in the named field. */
  public Texts withTextField(String field) {
    return new Texts(directory, environment, listener, Optional.of(field));
  }

  /** As the other, where a field is named. */
  public Texts withTextField(Optional<String> field) {
    return field.map(this::withTextField).orElse(this);
  }

  /** A file's absolute path, so that it is found from everywhere; names of data sets stay. */
  public static String absolute(String nameOrFile) {
    Path file = Path.of(nameOrFile);
    return nameOrFile.contains(".") && Files.isRegularFile(file)
        ? file.toAbsolutePath().normalize().toString()
        : nameOrFile;
  }

  /** The text that calibration windows are drawn from. */
  public CalibrationText calibration(String nameOrFile) {
    return BuiltIn.isNamed(nameOrFile)
        ? CalibrationText.of(BuiltIn.TINY, TinyModel.calibrationText())
        : corpora().calibration(nameOrFile);
  }

  /** The text that perplexity is measured on. */
  public EvaluationText evaluation(String nameOrFile) {
    return BuiltIn.isNamed(nameOrFile)
        ? EvaluationText.of(BuiltIn.TINY, TinyModel.evaluationText())
        : corpora().evaluation(nameOrFile);
  }

  /** As {@link #evaluation}, plain text files as they are. */
  public EvaluationText plainText(String nameOrFile) {
    return BuiltIn.isNamed(nameOrFile) ? evaluation(nameOrFile) : corpora().plainText(nameOrFile);
  }

  /** The documents that perplexity is measured on one by one. */
  public EvaluationDocuments documents(String nameOrFile) {
    return BuiltIn.isNamed(nameOrFile)
        ? EvaluationDocuments.of(BuiltIn.TINY, TinyModel.evaluationText())
        : corpora().documents(nameOrFile);
  }

  /**
   * The labelled texts that accuracy of a classifier is measured on.
   *
   * @param limit rows read; empty for all
   */
  public LabeledSet labeled(String nameOrFile, OptionalInt limit) {
    return labeledCorpora().read(nameOrFile, limit);
  }

  /** The labelled texts that a classifier is trained on, likewise. */
  public LabeledSet labeledTraining(String nameOrFile, OptionalInt limit) {
    return labeledCorpora().readTraining(nameOrFile, limit);
  }

  private LabeledCorpora labeledCorpora() {
    return new LabeledCorpora(directory, environment, this::download);
  }

  /** Where the data of tasks are looked for first. */
  public Optional<Path> directory() {
    return directory;
  }

  /** Finds data sets in the data directory, the hub cache and on the hub. */
  public CorpusLocator locator() {
    return new CorpusLocator(directory, environment, this::download);
  }

  private Corpora corpora() {
    Corpora corpora = new Corpora(directory, environment, this::download);
    return textField.map(corpora::withTextField).orElse(corpora);
  }

  private Path download(String repository, List<String> globs) {
    return Hub.of(environment, listener).dataset(repository, globs);
  }
}
