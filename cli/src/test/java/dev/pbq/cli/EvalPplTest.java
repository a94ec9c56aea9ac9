package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalPplTest {
  @TempDir private Path folder;

  @Test
  void oneBlockAtATimeGivesTheSameNumberAsTheWholeModel() throws IOException {
    JsonNode whole = evaluate("--dataset", "tiny", "--resident", "4GB");
    JsonNode streamed = evaluate("--dataset", "tiny", "--resident", "1KB");
    assertThat(streamed.path("nll").asDouble()).isEqualTo(whole.path("nll").asDouble());
  }

  @Test
  void theResultSaysWhatWasMeasuredAndHow() throws IOException {
    Path text =
        Files.writeString(folder.resolve("docs.jsonl"), "{\"text\": \"one\"}\n".repeat(200));
    JsonNode result = evaluate("--dataset", text.toString());
    assertThat(result.path("protocol").asText()).isEqualTo("gptq");
    assertThat(result.path("joined").asText()).contains("\\n\\n");
    assertThat(result.path("text_sha256").asText()).hasSize(64);
    assertThat(result.path("windows").asInt()).isBetween(1, 4);
    assertThat(result.path("tokens").asInt()).isEqualTo(64 * result.path("windows").asInt());
    assertThat(result.path("perplexity").asDouble())
        .isEqualTo(Math.exp(result.path("nll").asDouble()));
    assertThat(result.path("first_tokens").get(0).asInt()).as("BOS").isEqualTo(1);
  }

  private JsonNode evaluate(String... options) throws IOException {
    Path json = folder.resolve("r.json");
    Object[] args = new Object[options.length + 8];
    System.arraycopy(
        new Object[] {"eval-ppl", "tiny", "--seqlen", 64, "--limit", 4, "--json", json},
        0,
        args,
        0,
        8);
    System.arraycopy(options, 0, args, 8, options.length);
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).as(result.err()).isZero();
    return new ObjectMapper().readTree(json.toFile()).path("results").get(0);
  }
}
