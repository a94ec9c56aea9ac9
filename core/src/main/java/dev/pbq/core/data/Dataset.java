package dev.pbq.core.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The data sets that the 1-bit literature calibrates and evaluates on, how its programs turn each
 * into text, and the files they come in.
 *
 * <p>Source: datautils.py of the GPTQ family (PB-LLM, BiLLM). wikitext2: train rows joined with a
 * space to calibrate, test rows joined with "\n\n" to evaluate. ptb: train and test sentences
 * joined with a space. c4: windows from single documents of train shard 0; the first 1100 documents
 * of validation shard 0 joined with a space, cut to 256 windows.
 *
 * @param label the name on the command line and in results
 * @param calibration how calibration text is made
 * @param evaluation how evaluation text is made
 * @param fields names of the field or column that holds the text
 * @param textReader reads this data set's plain text files
 * @param fileName what the published text and JSON files are called
 * @param files where files may lie under a data directory, best first: paths with SPLIT for the
 *     split's name, whose last part is a glob
 * @param hubRepositories repositories of the Hugging Face hub that hold the data set
 * @param hubFiles as {@code files}, under a snapshot of one of the repositories
 */
record Dataset(
    String label,
    TextRule calibration,
    TextRule evaluation,
    List<String> fields,
    TextReader textReader,
    Pattern fileName,
    List<String> files,
    List<String> hubRepositories,
    List<String> hubFiles) {

  static final Dataset WIKITEXT2 =
      new Dataset(
          "wikitext2",
          TextRule.joined("train", " "),
          TextRule.joined("test", "\n\n"),
          List.of("text"),
          TextReader.wikiRows(),
          Pattern.compile("wiki\\.(train|valid|test)\\.raw"),
          List.of(
              "wiki.SPLIT.raw",
              "wikitext-2-raw/wiki.SPLIT.raw",
              "wikitext-2-raw-v1/wiki.SPLIT.raw",
              "wikitext2/wiki.SPLIT.raw",
              "wikitext-2-raw-v1/SPLIT-*.parquet",
              "wikitext/wikitext-2-raw-v1/SPLIT-*.parquet",
              "wikitext2/SPLIT-*.parquet",
              "wikitext2.SPLIT.{jsonl,jsonl.gz}"),
          List.of("Salesforce/wikitext", "wikitext"),
          List.of("wikitext-2-raw-v1/SPLIT-*.parquet", "wikitext-2-raw-v1/SPLIT/*.parquet"));

  static final Dataset PTB =
      new Dataset(
          "ptb",
          TextRule.joined("train", " "),
          TextRule.joined("test", " "),
          List.of("sentence", "text"),
          TextReader.strippedLines(),
          Pattern.compile("ptb\\.(train|valid|test)\\.txt"),
          List.of(
              "ptb.SPLIT.txt",
              "ptb/ptb.SPLIT.txt",
              "penn_treebank/ptb.SPLIT.txt",
              "simple-examples/data/ptb.SPLIT.txt",
              "ptb_text_only/SPLIT-*.parquet",
              "ptb_text_only/penn_treebank/SPLIT-*.parquet",
              "penn_treebank/SPLIT-*.parquet",
              "ptb/SPLIT-*.parquet",
              "ptb.SPLIT.{jsonl,jsonl.gz}"),
          List.of("ptb-text-only/ptb_text_only", "ptb_text_only"),
          List.of("penn_treebank/SPLIT-*.parquet", "penn_treebank/SPLIT/*.parquet"));

  static final Dataset C4 =
      new Dataset(
          "c4",
          new TextRule("train", "", true, OptionalInt.empty(), OptionalInt.empty()),
          new TextRule("validation", " ", false, OptionalInt.of(1100), OptionalInt.of(256)),
          List.of("text"),
          TextReader.whole(),
          Pattern.compile(
              "c4-(train|validation)\\.\\d+-of-\\d+\\.(json|jsonl|json\\.gz|jsonl\\.gz|parquet)"),
          List.of(
              "c4-SPLIT.00000-of-*.{json.gz,json,jsonl.gz,jsonl,parquet}",
              "en/c4-SPLIT.00000-of-*.{json.gz,json,jsonl.gz,jsonl,parquet}",
              "c4/c4-SPLIT.00000-of-*.{json.gz,json,jsonl.gz,jsonl,parquet}",
              "c4/en/c4-SPLIT.00000-of-*.{json.gz,json,jsonl.gz,jsonl,parquet}",
              "c4/SPLIT-00000-of-*.parquet",
              "c4/en/SPLIT-00000-of-*.parquet",
              "c4.SPLIT.{jsonl,jsonl.gz}"),
          List.of("allenai/c4"),
          List.of(
              "en/c4-SPLIT.00000-of-*.json.gz",
              "en/SPLIT-00000-of-*.parquet",
              "en/SPLIT/0000.parquet",
              "en/partial-SPLIT/0000.parquet"));

  static final List<Dataset> ALL = List.of(WIKITEXT2, PTB, C4);

  Dataset {
    fields = List.copyOf(fields);
    files = List.copyOf(files);
    hubRepositories = List.copyOf(hubRepositories);
    hubFiles = List.copyOf(hubFiles);
  }

  /** The data set of that name, as given on the command line; "wikitext-2" is one too. */
  static Optional<Dataset> named(String name) {
    String label = name.equals("wikitext-2") ? WIKITEXT2.label : name;
    return ALL.stream().filter(dataset -> dataset.label.equals(label)).findFirst();
  }

  /** The data set that a file of this name is a part of, going by the names it is published in. */
  static Optional<Dataset> ofFile(Path file) {
    String name = file.getFileName().toString();
    return ALL.stream().filter(dataset -> dataset.fileName.matcher(name).matches()).findFirst();
  }

  List<String> files(String split) {
    return files.stream().map(glob -> glob.replace("SPLIT", split)).toList();
  }

  List<String> hubFiles(String split) {
    return hubFiles.stream().map(glob -> glob.replace("SPLIT", split)).toList();
  }
}
