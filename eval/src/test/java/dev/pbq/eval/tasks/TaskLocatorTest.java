package dev.pbq.eval.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.CorpusLocator;
import dev.pbq.core.data.DatasetFetcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskLocatorTest {
  private static final MessageType PIQA =
      MessageTypeParser.parseMessageType(
          "message schema { optional binary goal (STRING); optional binary sol1 (STRING);"
              + " optional binary sol2 (STRING); optional int64 label; }");

  @TempDir private Path folder;

  private static void write(Path file, String goal) throws IOException {
    Files.createDirectories(file.getParent());
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file)).withType(PIQA).build()) {
      Group row = new SimpleGroupFactory(PIQA).newGroup();
      row.append("goal", goal).append("sol1", "a").append("sol2", "b").append("label", 1L);
      writer.write(row);
    }
  }

  private CorpusLocator hub(DatasetFetcher fetcher) {
    return new CorpusLocator(
        Optional.empty(), Map.of("HF_HUB_CACHE", folder.resolve("hub").toString()), fetcher);
  }

  private static String goal(TaskData data) {
    return data.rows().rows().get(0).text("goal");
  }

  @Test
  void whereWasLookedForNothingIsNotMentioned() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    DatasetFetcher offline =
        (repository, globs) -> {
          throw PbqException.notFound("no network");
        };
    CorpusLocator hub =
        new CorpusLocator(
            Optional.of(data), Map.of("HF_HUB_CACHE", folder.resolve("hub").toString()), offline);
    TaskLocator locator = new TaskLocator(Optional.of(data), Optional.of(hub));
    assertThatThrownBy(() -> locator.load(Task.PIQA, Optional.empty(), false))
        .hasMessageContaining("looked in " + data + " for piqa.validation.jsonl")
        .hasMessageContaining("looked in the hub cache " + folder.resolve("hub") + " for ")
        .hasMessageContaining("no network")
        .hasMessageNotContaining("for , and");
  }

  @Test
  void dataIsFoundInTheFolderThenInTheCacheThenFetched() throws IOException {
    List<String> asked = new ArrayList<>();
    Path fetched = folder.resolve("fetched");
    write(fetched.resolve("plain_text/validation-00000-of-00001.parquet"), "fetched");
    DatasetFetcher fetcher =
        (repository, globs) -> {
          asked.add(repository);
          assertThat(globs).contains("plain_text/validation-*.parquet");
          return fetched;
        };
    Path data = Files.createDirectories(folder.resolve("data"));
    TaskLocator locator = new TaskLocator(Optional.of(data), Optional.of(hub(fetcher)));
    assertThat(goal(locator.load(Task.PIQA, Optional.empty(), false))).isEqualTo("fetched");
    assertThat(asked).containsExactly("baber/piqa");

    write(
        folder.resolve(
            "hub/datasets--baber--piqa/snapshots/0/data/validation-00000-of-00001.parquet"),
        "cached");
    assertThat(goal(locator.load(Task.PIQA, Optional.empty(), false))).isEqualTo("cached");
    assertThat(asked).hasSize(1);

    write(data.resolve("piqa/validation.parquet"), "local");
    TaskData local = locator.load(Task.PIQA, Optional.empty(), false);
    assertThat(goal(local)).isEqualTo("local");
    assertThat(Task.PIQA.item(local.rows().rows().get(0), PromptStyle.LM_EVAL).gold()).isEqualTo(1);
  }

  @Test
  void whatIsNowhereIsToldWithAllPlaces() {
    TaskLocator locator = new TaskLocator(Optional.empty(), Optional.of(hub(DatasetFetcher.NONE)));
    assertThatThrownBy(() -> locator.load(Task.ARC_EASY, Optional.of("dev"), false))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("task arc_easy: no file of its dev split")
        .hasMessageContaining("no dataDir")
        .hasMessageContaining("datasets--allenai--ai2_arc");
  }
}
