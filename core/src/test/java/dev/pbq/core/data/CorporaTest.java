package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorporaTest {
  private static final String WIKI = " \n = Title = \n \n Text , with \u00e9 . \n";

  @TempDir Path folder;

  @Test
  void wikitextRowsAreThoseOfTheHub() throws IOException {
    write("wiki.test.raw", WIKI);
    write("wiki.train.raw", WIKI);
    EvaluationText text = corpora().evaluation("wikitext2");
    assertThat(text.text()).isEqualTo("\n\n = Title = \n\n\n\n\n Text , with \u00e9 . \n");
    assertThat(text.documentCount()).isEqualTo(4);
    assertThat(text.sha256()).isEqualTo(Sha256.of(text.text()));
    assertThat(text.source()).isEqualTo(folder.resolve("wiki.test.raw").toString());
    assertThat(text.joined()).isEqualTo("test, documents joined with \"\\n\\n\"");
    CalibrationText calibration = corpora().calibration("wikitext-2");
    assertThat(contiguous(calibration)).isEqualTo("  = Title = \n   Text , with \u00e9 . \n");
    assertThat(calibration.name()).isEqualTo("wikitext2");
    assertThat(calibration.joined()).isEqualTo("train, documents joined with \" \"");
  }

  @Test
  void wikitextFromParquetIsTheSameText() throws IOException {
    write("wiki.test.raw", WIKI);
    String raw = corpora().evaluation("wikitext2").text();
    Files.delete(folder.resolve("wiki.test.raw"));
    Path snapshot = folder.resolve("hub/datasets--Salesforce--wikitext/snapshots/abc");
    parquet(
        snapshot.resolve("wikitext-2-raw-v1/test-00000-of-00001.parquet"),
        "text",
        List.of("", " = Title = \n", "", " Text , with \u00e9 . \n"));
    assertThat(corpora().evaluation("wikitext2").text()).isEqualTo(raw);
    assertThat(corpora().evaluation("wikitext2").source()).endsWith("00001.parquet");
  }

  @Test
  void theSnapshotOfMainComesFirst() throws IOException {
    Path repository = folder.resolve("hub/datasets--Salesforce--wikitext");
    for (String snapshot : List.of("aaa", "bbb", "ccc")) {
      parquet(
          repository.resolve(
              "snapshots/" + snapshot + "/wikitext-2-raw-v1/test-00000-of-00001.parquet"),
          "text",
          List.of(snapshot));
    }
    assertThat(corpora().evaluation("wikitext2").text()).isEqualTo("aaa");
    write("hub/datasets--Salesforce--wikitext/refs/main", "bbb\n");
    assertThat(corpora().evaluation("wikitext2").text()).isEqualTo("bbb");
  }

  @Test
  void shardsAreReadInOrder() throws IOException {
    Path penn = folder.resolve("penn_treebank");
    parquet(penn.resolve("train-00001-of-00002.parquet"), "sentence", List.of("c"));
    parquet(penn.resolve("train-00000-of-00002.parquet"), "sentence", List.of("a", "b"));
    assertThat(contiguous(corpora().calibration("ptb"))).isEqualTo("a b c");
  }

  @Test
  void pennTreebankLinesAreStripped() throws IOException {
    write("ptb.test.txt", " no it was n't \n but <unk> \n");
    write("ptb.train.txt", " a \n b \n");
    assertThat(corpora().evaluation("ptb").text()).isEqualTo("no it was n't but <unk>");
    assertThat(contiguous(corpora().calibration("ptb"))).isEqualTo("a b");
    assertThat(corpora().evaluation(folder.resolve("ptb.train.txt").toString()).joined())
        .isEqualTo("documents joined with \" \"");
  }

  @Test
  void c4IsEvaluatedOnItsFirst1100DocumentsAndCalibratedPerDocument() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 1200; i++) {
      lines.add("{\"text\": \"d%d\", \"url\": \"u\"}".formatted(i));
    }
    lines.add("this is never read");
    gzip("en/c4-validation.00000-of-00008.json.gz", String.join("\n", lines));
    gzip("en/c4-train.00000-of-01024.json.gz", String.join("\n", lines.subList(0, 1200)));
    EvaluationText text = corpora().evaluation("c4");
    assertThat(text.text()).startsWith("d0 d1 d2 ").endsWith(" d1099");
    assertThat(text.documentCount()).isEqualTo(1100);
    assertThat(text.maxWindows()).hasValue(256);
    assertThat(text.joined())
        .isEqualTo("validation, first 1100 documents joined with \" \", cut to 256 windows");
    CalibrationText calibration = corpora().calibration("c4");
    assertThat(calibration.documentCount()).isEqualTo(1200);
    assertThat(calibration.joined()).isEqualTo("train, windows from single documents");
    Documents documents = ((CalibrationText.PerDocument) calibration).documents();
    assertThat(documents.fetch(Set.of(0, 7, 1199)))
        .isEqualTo(Map.of(0, "d0", 7, "d7", 1199, "d1199"));
    Calibration windows =
        CalibrationSampler.draw(calibration, new CharTokenizer(), 5, 4, 0); // BOS d n n n
    assertThat(List.of(windows.windows())).allSatisfy(w -> assertThat(w).hasSize(4));
  }

  @Test
  void anyFileMayStandForAName() throws IOException {
    String jsonl = "{\"text\": \"one\\ntwo\"}\n\n{\"id\": 3, \"text\": \"three\"}\n";
    write("mine.jsonl", jsonl);
    gzip("mine.jsonl.gz", jsonl);
    write("mine.txt", " as \n it is ");
    parquet(folder.resolve("mine.parquet"), "sentence", List.of("one\ntwo", "three"));
    for (String name : List.of("mine.jsonl", "mine.jsonl.gz", "mine.parquet")) {
      EvaluationText text = corpora().evaluation(path(name));
      assertThat(text.text()).as(name).isEqualTo("one\ntwo\n\nthree");
      assertThat(text.name()).isEqualTo(name);
      assertThat(text.documentCount()).isEqualTo(2);
      assertThat(contiguous(corpora().calibration(path(name)))).isEqualTo(text.text());
    }
    assertThat(corpora().evaluation(path("mine.txt")).text()).isEqualTo(" as \n it is ");
    assertThat(corpora().evaluation(path("mine.txt")).joined()).isEqualTo("the text as it is");
  }

  @Test
  void badJsonLinesAreNamedWithTheirNumber() throws IOException {
    write("a.jsonl", "{\"text\": \"x\"}\n\n{\"text\": \n");
    assertBad("a.jsonl", "a.jsonl line 3", "\"text\"");
    write("b.jsonl", "{\"text\": \"x\"}\n{\"body\": \"y\"}\n");
    assertBad("b.jsonl", "b.jsonl line 2", "no field \"text\"");
    write("c.jsonl", "{\"text\": 5}\n");
    assertBad("c.jsonl", "c.jsonl line 1", "field \"text\" is number");
    write("d.jsonl", "{\"text\": null}\n");
    assertBad("d.jsonl", "d.jsonl line 1", "null");
    write("e.jsonl", "[1]\n");
    assertBad("e.jsonl", "e.jsonl line 1", "not a JSON object");
    write("f.jsonl", "{\"text\": \"x\"} {\"text\": \"y\"}\n");
    assertBad("f.jsonl", "f.jsonl line 1");
  }

  @Test
  void filesOfOtherProgramsAreReadAsTheyMeanThem() throws IOException {
    String one = "{\"score\": NaN, \"text\": \"a\"}";
    String two = "{\"score\": -Infinity, \"text\": \"b\", \"body\": \"c\"}";
    write("lines.jsonl", "\uFEFF" + one + "\r\n\r\n" + two + "\r\n");
    write("array.json", " [\n" + one + ",\n" + two + "]\n");
    write("marked.json", "\uFEFF[" + one + "," + two + "]");
    gzip("array.jsonl.gz", "[" + one + "," + two + "]");
    for (String name : List.of("lines.jsonl", "array.json", "marked.json", "array.jsonl.gz")) {
      assertThat(corpora().evaluation(path(name)).text()).as(name).isEqualTo("a\n\nb");
    }
    write("windows.txt", "\uFEFFone\r\ntwo\r\n");
    assertThat(corpora().evaluation(path("windows.txt")).text()).isEqualTo("one\ntwo\n");
    write("open.json", "[" + one + ",");
    assertBad("open.json", "open.json: the array that begins in line 1 is no JSON");
  }

  @Test
  void theTextMayStandInAnotherField() throws IOException {
    write("body.jsonl", "{\"body\": \"x\", \"n\": 1}\n");
    assertBad("body.jsonl", "no field \"text\"", "\"body\", \"n\"", "textField");
    assertThat(corpora().withTextField("body").evaluation(path("body.jsonl")).text())
        .isEqualTo("x");
    parquet(folder.resolve("body.parquet"), "body", List.of("y"));
    assertThat(corpora().withTextField("body").evaluation(path("body.parquet")).text())
        .isEqualTo("y");
  }

  @Test
  void brokenFilesAreNamed() throws IOException {
    write("plain.jsonl.gz", "not gzip");
    assertBad("plain.jsonl.gz", "plain.jsonl.gz");
    PythonRandom random = new PythonRandom(0); // a text that does not compress to nothing
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      lines.append("{\"text\": \"").append(random.getrandbits(63)).append("\"}\n");
    }
    gzip("cut.jsonl.gz", lines.toString());
    byte[] all = Files.readAllBytes(folder.resolve("cut.jsonl.gz"));
    Files.write(folder.resolve("cut.jsonl.gz"), Arrays.copyOf(all, all.length / 2));
    assertBad("cut.jsonl.gz", "cut.jsonl.gz: broken after line");
    lines.append("{\"text\": \"\u00e9\"}\n");
    Files.writeString(folder.resolve("latin1.jsonl"), lines, StandardCharsets.ISO_8859_1);
    assertBad("latin1.jsonl", "latin1.jsonl: broken after line", "not UTF-8");
    Files.write(folder.resolve("latin1.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
    assertBad("latin1.txt", "latin1.txt: not UTF-8");
    write("short.parquet", "PA");
    assertBad("short.parquet", "short.parquet: not a Parquet file");
    write("head.parquet", "PAR1 and then nothing");
    assertBad("head.parquet", "head.parquet");
    parquet(folder.resolve("column.parquet"), "body", List.of("x"));
    assertBad("column.parquet", "no column \"text\" or \"sentence\"", "body");
    write("empty.txt", " \n");
    assertBad("empty.txt", "empty.txt: there is no text");
    write("empty.jsonl", "\n");
    assertBad("empty.jsonl", "empty.jsonl: there is no text");
    write("notes.md", "x");
    assertBad("notes.md", "notes.md: unknown kind of file");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThatThrownBy(() -> corpora().evaluation("wikitext2"))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NOT_FOUND))
        .hasMessageContainingAll(
            "wikitext2", "test", "wiki.test.raw", folder.toString(), "datasets--Salesforce")
        .hasMessageContaining("dataDir");
    assertThatThrownBy(() -> corpora().evaluation("wikitext3"))
        .hasMessageContainingAll("wikitext3", "wikitext2, ptb, c4");
    assertThatThrownBy(() -> corpora().evaluation(folder.toString()))
        .hasMessageContaining("is a folder");
    Optional<Path> nowhere = Optional.of(folder.resolve("nowhere"));
    assertThatThrownBy(() -> new Corpora(nowhere, Map.of())).hasMessageContaining("nowhere");
  }

  @Test
  void theHubCacheIsWhereTheEnvironmentSays() throws IOException {
    Path file = Path.of("datasets--ptb_text_only/snapshots/x/penn_treebank/test/0000.parquet");
    parquet(folder.resolve("cache/hub").resolve(file), "sentence", List.of("home"));
    parquet(folder.resolve("xdg/huggingface/hub").resolve(file), "sentence", List.of("xdg"));
    Map<String, String> xdg = Map.of("XDG_CACHE_HOME", path("xdg"));
    assertThat(new Corpora(Optional.empty(), xdg).evaluation("ptb").text()).isEqualTo("xdg");
    Map<String, String> home = Map.of("XDG_CACHE_HOME", path("xdg"), "HF_HOME", path("cache"));
    assertThat(new Corpora(Optional.empty(), home).evaluation("ptb").text()).isEqualTo("home");
    Map<String, String> tilde = Map.of("HOME", folder.toString(), "HF_HOME", "~/cache");
    assertThat(new Corpora(Optional.empty(), tilde).evaluation("ptb").text()).isEqualTo("home");
  }

  private void assertBad(String file, String... parts) {
    assertThatThrownBy(() -> corpora().evaluation(path(file)))
        .isInstanceOfSatisfying(
            PbqException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA);
              assertThat(e.getMessage()).contains(parts).doesNotContain("\n");
            });
  }

  private Corpora corpora() {
    return new Corpora(Optional.of(folder), Map.of("HF_HUB_CACHE", path("hub")));
  }

  private static String contiguous(CalibrationText text) {
    return ((CalibrationText.Contiguous) text).text();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private void write(String name, String text) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.writeString(folder.resolve(name), text);
  }

  private void gzip(String name, String text) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void parquet(Path file, String column, List<String> rows) throws IOException {
    ParquetFiles.write(file, column, rows);
  }
}
