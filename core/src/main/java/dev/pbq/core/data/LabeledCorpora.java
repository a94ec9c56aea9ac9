package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Labelled texts, by data set name (sst2: the validation split of the Stanford Sentiment Treebank,
 * as in GLUE) or by file: .tsv with a header as GLUE ships it, .jsonl, .json, also with .gz behind,
 * or .parquet; columns or fields "sentence" or "text", and "label".
 */
public final class LabeledCorpora {
  private static final String SST2 = "sst2";
  private static final String VALIDATION = "validation";
  private static final String TRAINING = "train";
  private static final List<String> FILES =
      List.of(
          "SST-2/dev.tsv",
          "sst2/dev.tsv",
          "glue/SST-2/dev.tsv",
          "sst2/data/validation-*.parquet",
          "sst2/validation-*.parquet",
          "glue/sst2/validation-*.parquet",
          "sst2.validation.{tsv,jsonl,jsonl.gz}");
  private static final List<String> HUB_REPOSITORIES =
      List.of("stanfordnlp/sst2", "sst2", "nyu-mll/glue", "glue");
  private static final List<String> HUB_FILES =
      List.of(
          "data/validation-*.parquet",
          "sst2/validation-*.parquet",
          "default/validation/*.parquet",
          "sst2/validation/*.parquet");

  private final CorpusLocator locator;

  /**
   * @param dataDirectory where data sets are looked for by name, before the hub cache
   * @param environment environment variables, of which those of the hub cache are heeded
   * @param fetcher brings data sets that are in neither
   * @throws PbqException NOT_FOUND if the data directory does not exist
   */
  public LabeledCorpora(
      Optional<Path> dataDirectory, Map<String, String> environment, DatasetFetcher fetcher) {
    this.locator = new CorpusLocator(dataDirectory, environment, fetcher);
  }

  /**
   * Reads a data set.
   *
   * @param limit only the first so many texts
   * @throws PbqException NOT_FOUND if there is no such file or data set; BAD_DATA naming file, line
   *     and field if it cannot be read or holds no text
   */
  public LabeledSet read(String nameOrFile, OptionalInt limit) {
    return read(nameOrFile, VALIDATION, FILES, HUB_FILES, limit);
  }

  /** As {@link #read}, but of a data set by name the texts to train on. */
  public LabeledSet readTraining(String nameOrFile, OptionalInt limit) {
    return read(nameOrFile, TRAINING, training(FILES), training(HUB_FILES), limit);
  }

  private static List<String> training(List<String> files) {
    return files.stream()
        .map(file -> file.replace(VALIDATION, TRAINING).replace("dev.tsv", "train.tsv"))
        .toList();
  }

  /** Whether a data set of this name has a part of its own to train on. */
  public static boolean hasTraining(String nameOrFile) {
    return nameOrFile.equals(SST2);
  }

  private LabeledSet read(
      String nameOrFile,
      String split,
      List<String> dataFiles,
      List<String> hubFiles,
      OptionalInt limit) {
    boolean known = nameOrFile.equals(SST2);
    List<Path> files =
        known
            ? locator.find(SST2, split, dataFiles, HUB_REPOSITORIES, hubFiles)
            : List.of(file(nameOrFile));
    int most = limit.orElse(Integer.MAX_VALUE);
    List<LabeledText> texts = new ArrayList<>();
    for (Path file : files) {
      if (texts.size() < most) {
        LabeledReader.of(file)
            .read(
                file,
                row -> {
                  texts.add(row);
                  return texts.size() < most;
                });
      }
    }
    String source = files.stream().map(Path::toString).collect(Collectors.joining(", "));
    if (texts.isEmpty()) {
      throw PbqException.badData(source + ": no labelled texts in it");
    }
    String name = known ? SST2 : files.get(0).getFileName().toString();
    return LabeledSet.of(name, source, texts);
  }

  private static Path file(String nameOrFile) {
    try {
      Path file = Path.of(nameOrFile);
      if (Files.isDirectory(file)) {
        throw PbqException.setting(
            "%s is a folder; give a file, or %s and {dataDir}", nameOrFile, SST2);
      }
      if (Files.isRegularFile(file)) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw PbqException.badData(nameOrFile + " cannot be a file's name", e);
    }
    throw PbqException.notFound(
        nameOrFile + " is neither a file nor a known data set (" + SST2 + ")");
  }
}
