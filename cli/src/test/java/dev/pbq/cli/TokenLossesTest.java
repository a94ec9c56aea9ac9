package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code eval-ppl --token-losses}: the file gives the perplexity that is printed. */
class TokenLossesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WINDOWS = 5;
  private static final int TOKENS = 48;

  @TempDir private Path folder;

  private List<JsonNode> lines(Object... options) throws IOException {
    Path file = folder.resolve("losses.jsonl");
    List<Object> args =
        new ArrayList<>(
            List.of(
                "eval-ppl", "tiny", "--dataset", "tiny", "--seqlen", TOKENS, "--limit", WINDOWS));
    args.addAll(List.of(options));
    args.addAll(List.of("--token-losses", file, "--json", folder.resolve("r.json")));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private JsonNode result() throws IOException {
    return JSON.readTree(folder.resolve("r.json").toFile()).path("results").get(0);
  }

  /** By its protocol, the mean of the losses of windows or of all. */
  @ParameterizedTest
  @CsvSource({"gptq", "llamacpp"})
  void theyGiveThePerplexity(String protocol) throws IOException {
    List<JsonNode> lines = lines("--protocol", protocol);
    assertThat(lines).hasSize(WINDOWS);
    double sum = 0;
    long scored = 0;
    for (int w = 0; w < WINDOWS; w++) {
      JsonNode line = lines.get(w);
      assertThat(line.path("dataset").asText()).isEqualTo("tiny");
      assertThat(line.path("window").asInt()).isEqualTo(w);
      assertThat(line.path("ids")).hasSize(TOKENS);
      JsonNode losses = line.path("losses");
      assertThat(line.path("first").asInt() + losses.size()).isEqualTo(TOKENS);
      scored += losses.size();
      for (JsonNode loss : losses) {
        assertThat(Float.toString((float) loss.asDouble())).isEqualTo(loss.asText());
        sum += (float) loss.asDouble();
      }
    }
    assertThat(result().path("scored_tokens").asLong()).isEqualTo(scored);
    assertThat(result().path("perplexity").asDouble())
        .isCloseTo(Math.exp(sum / scored), within(1e-6 * Math.exp(sum / scored)));
  }

  @Test
  void aBlockAtATimeGivesTheSame() throws IOException {
    assertThat(lines("--resident", "1KB")).isEqualTo(lines());
  }

  @Test
  void windowsOfWindowsBeginWithTheirContext() throws IOException {
    List<JsonNode> lines = lines("--protocol", "hf-guide", "--stride", 16);
    assertThat(lines.get(0).path("first").asInt()).isEqualTo(1);
    assertThat(lines.get(1).path("first").asInt()).isEqualTo(TOKENS - 16);
    assertThat(lines.get(1).path("losses")).hasSize(16);
  }

  @Test
  void aFileThatCannotBeWrittenIsRefusedBeforeAnyWork() {
    Path file = folder.resolve("none/losses.jsonl");
    for (String[] command :
        new String[][] {
          {"eval-ppl", "no-such-model", "--token-losses", file.toString()},
          {"eval-tasks", "no-such-model", "--tasks", "piqa", "--samples", file.toString()}
        }) {
      Cli.Result result = Cli.run((Object[]) command);
      assertThat(result.code()).isEqualTo(3);
      assertThat(result.err()).contains(file.getParent().toString()).hasLineCount(1);
    }
  }
}
