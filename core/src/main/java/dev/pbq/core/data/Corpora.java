package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calibration and evaluation texts, by data set name (wikitext2, ptb, c4) or by file.
 *
 * <p>A file may be .txt or .raw (the text as it is), .jsonl or .json with one object per line or an
 * array of objects, also with .gz behind (field "text" unless another is named; documents joined
 * with a blank line), or .parquet (column "text" or "sentence"; joined likewise). A file that
 * carries the published name of a part of a known data set (wiki.test.raw, ptb.valid.txt,
 * c4-train.00000-of-01024.json.gz) is read and joined as that data set is.
 */
public final class Corpora {
  private static final Logger log = LoggerFactory.getLogger(Corpora.class);

  private static final TextRule FILE_RULE = TextRule.joined("", "\n\n");
  private static final List<String> FILE_FIELDS = List.of("text");
  private static final List<String> FILE_COLUMNS = List.of("text", "sentence");

  private final CorpusLocator locator;
  private final Optional<String> textField;

  /**
   * @param dataDirectory where data sets are looked for by name, before the hub cache
   * @param environment environment variables, of which those of the hub cache are heeded
   * @param fetcher brings data sets that are in neither
   * @throws PbqException NOT_FOUND if the data directory does not exist
   */
  public Corpora(
      Optional<Path> dataDirectory, Map<String, String> environment, DatasetFetcher fetcher) {
    this(new CorpusLocator(dataDirectory, environment, fetcher), Optional.empty());
  }

  private Corpora(CorpusLocator locator, Optional<String> textField) {
    this.locator = locator;
    this.textField = textField;
  }

  /** The same, but in files that are no known data set the text stands in another field. */
  public Corpora withTextField(String field) {
    return new Corpora(locator, Optional.of(field));
  }

  /** As the other, without anything being fetched. */
  public Corpora(Optional<Path> dataDirectory, Map<String, String> environment) {
    this(dataDirectory, environment, DatasetFetcher.NONE);
  }

  /** The names that are known as data sets. */
  public static List<String> names() {
    return Dataset.ALL.stream().map(Dataset::label).toList();
  }

  /**
   * The text that calibration windows are drawn from.
   *
   * @throws PbqException NOT_FOUND if there is no such file or data set; BAD_DATA naming file, line
   *     and field if it cannot be read or holds no text
   */
  public CalibrationText calibration(String nameOrFile) {
    Source source = source(nameOrFile, true);
    CalibrationText text;
    if (source.rule().perDocument()) {
      FileDocuments documents = FileDocuments.scan(source.files(), source.reader());
      text =
          new CalibrationText.PerDocument(
              source.name(),
              source.describe(),
              source.rule().describe(),
              documents.size(),
              documents.sha256(),
              documents);
    } else {
      JoinedText joined = source.join();
      String all = joined.text();
      text =
          new CalibrationText.Contiguous(
              source.name(),
              source.describe(),
              source.describeJoin(),
              joined.documents(),
              Sha256.of(all),
              all);
    }
    log.info(
        "calibration text {}: {} documents from {} ({})",
        text.name(),
        text.documentCount(),
        text.source(),
        text.joined());
    return text;
  }

  /**
   * The text that perplexity is measured on.
   *
   * @throws PbqException as {@link #calibration}
   */
  public EvaluationText evaluation(String nameOrFile) {
    Source source = source(nameOrFile, false);
    JoinedText joined = source.join();
    String text = joined.text();
    log.info(
        "evaluation text {}: {} documents from {} ({})",
        source.name(),
        joined.documents(),
        source.describe(),
        source.describeJoin());
    return new EvaluationText(
        source.name(),
        source.describe(),
        source.describeJoin(),
        joined.documents(),
        Sha256.of(text),
        text,
        source.rule().maxWindows());
  }

  /**
   * As {@link #evaluation}, but a plain text file is taken as it is, without its last line end,
   * whatever data set it is a part of; other files are joined as by {@link #evaluation}.
   *
   * @throws PbqException as {@link #calibration}
   */
  public EvaluationText plainText(String nameOrFile) {
    Source source = source(nameOrFile, false);
    if (!(source.reader() instanceof TextReader)) {
      return evaluation(nameOrFile);
    }
    JoinedText joined = new JoinedText(source.describe(), "");
    TextReader.whole()
        .read(
            source.files().get(0),
            text -> {
              joined.add(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
              return true;
            });
    String text = joined.text();
    return new EvaluationText(
        source.name(),
        source.describe(),
        "the text as it is, without its last line end",
        1,
        Sha256.of(text),
        text,
        OptionalInt.empty());
  }

  /**
   * Documents that perplexity is measured on one by one: of WikiText its pages, of JSON lines and
   * Parquet their rows, of other text files the whole text; of a known data set as many documents
   * as {@link #evaluation} takes.
   *
   * @throws PbqException as {@link #calibration}
   */
  public EvaluationDocuments documents(String nameOrFile) {
    Source source = source(nameOrFile, false);
    boolean wikitext = source.dataset().equals(Optional.of(Dataset.WIKITEXT2));
    List<String> rows = source.rows();
    List<String> texts =
        wikitext ? WikitextPages.of(rows) : rows.stream().filter(row -> !row.isBlank()).toList();
    if (texts.isEmpty()) {
      throw PbqException.badData(source.describe() + ": there is no text in it");
    }
    return EvaluationDocuments.of(
        source.name(),
        source.describe(),
        wikitext ? "pages, by their titles" : source.asIs() ? "one document" : "rows",
        wikitext,
        texts);
  }

  private Source source(String nameOrFile, boolean calibration) {
    Optional<Dataset> dataset = Dataset.named(nameOrFile);
    if (dataset.isPresent()) {
      TextRule rule = rule(dataset.get(), calibration);
      List<Path> files = locator.find(dataset.get(), rule.split());
      return new Source(
          dataset.get().label(), files, reader(files.get(0), dataset), rule, false, dataset);
    }
    Path file = file(nameOrFile);
    Optional<Dataset> known = Dataset.ofFile(file);
    DocumentReader reader = reader(file, known);
    return new Source(
        file.getFileName().toString(),
        List.of(file),
        reader,
        known.map(d -> rule(d, calibration).ofAnyFile()).orElse(FILE_RULE),
        known.isEmpty() && reader instanceof TextReader,
        known);
  }

  private static TextRule rule(Dataset dataset, boolean calibration) {
    return calibration ? dataset.calibration() : dataset.evaluation();
  }

  private static Path file(String nameOrFile) {
    Path file;
    try {
      file = Path.of(nameOrFile);
    } catch (InvalidPathException e) {
      throw noSuchFile(nameOrFile);
    }
    if (Files.isDirectory(file)) {
      throw PbqException.setting(
          "%s is a folder; give a file, or a data set's name and {dataDir}", nameOrFile);
    }
    if (!Files.isRegularFile(file)) {
      throw noSuchFile(nameOrFile);
    }
    return file;
  }

  private static PbqException noSuchFile(String nameOrFile) {
    return PbqException.notFound(
        "%s is neither a file nor a known data set (%s)"
            .formatted(nameOrFile, String.join(", ", names())));
  }

  private List<String> fields(Optional<Dataset> dataset, List<String> usual) {
    return dataset.map(Dataset::fields).orElseGet(() -> textField.map(List::of).orElse(usual));
  }

  private DocumentReader reader(Path file, Optional<Dataset> dataset) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.matches(".*\\.jsonl?(\\.gz)?")) {
      return new JsonLinesReader(fields(dataset, FILE_FIELDS));
    }
    if (name.endsWith(".parquet")) {
      return new ParquetTextReader(fields(dataset, FILE_COLUMNS));
    }
    if (name.endsWith(".txt") || name.endsWith(".raw")) {
      return dataset.map(Dataset::textReader).orElseGet(TextReader::whole);
    }
    throw PbqException.badData(
        file
            + ": unknown kind of file; known are .txt, .raw, .jsonl, .json, .jsonl.gz, .json.gz,"
            + " .parquet");
  }

  /**
   * Where a text comes from and how it is made.
   *
   * @param asIs whether the file is one text that nothing is joined in
   * @param dataset the data set that it is, or is a part of
   */
  private record Source(
      String name,
      List<Path> files,
      DocumentReader reader,
      TextRule rule,
      boolean asIs,
      Optional<Dataset> dataset) {

    List<String> rows() {
      List<String> rows = new ArrayList<>();
      int limit = rule.firstDocuments().orElse(Integer.MAX_VALUE);
      for (Path file : files) {
        if (rows.size() < limit) {
          reader.read(
              file,
              row -> {
                rows.add(row);
                return rows.size() < limit;
              });
        }
      }
      return rows;
    }

    JoinedText join() {
      JoinedText joined = new JoinedText(describe(), rule.separator());
      int limit = rule.firstDocuments().orElse(Integer.MAX_VALUE);
      for (Path file : files) {
        if (joined.documents() < limit) {
          reader.read(
              file,
              document -> {
                joined.add(document);
                return joined.documents() < limit;
              });
        }
      }
      return joined;
    }

    String describe() {
      return files.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    String describeJoin() {
      return asIs ? "the text as it is" : rule.describe();
    }
  }
}
