package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateTest {
  private static final String PROMPT = "The ";

  @TempDir private Path folder;

  @Test
  void theGreedyTextOfARealModelIsTheExpectedOne() throws IOException {
    Path model = SharedFolder.of("models/stories260K");
    JsonNode expected = new ObjectMapper().readTree(model.resolve("expected.json").toFile());
    Cli.Result result =
        Cli.run("generate", model, "--prompt", "Once upon a time", "--max-new-tokens", "60");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out().strip()).isEqualTo(expected.get("text").textValue());
    assertThat(result.err()).contains("60 tokens in");

    Cli.Result more = Cli.run("generate", model, "--prompt", "Once upon a time");
    assertThat(more.out()).startsWith(expected.get("text").textValue());
  }

  @Test
  void packedModelsGenerateWhatTheirDenseCopiesDo() {
    Path packed = folder.resolve("q");
    assertThat(
            Cli.run("quantize", "tiny", "--method", "rtn", "--bits", "4", "--out", packed, "--save")
                .code())
        .isZero();
    String[] end = {"--prompt", PROMPT, "--max-new-tokens", "40"};
    Cli.Result fromPacked = generate(packed, end);
    assertThat(fromPacked.out()).startsWith(PROMPT.strip()).hasSizeGreaterThan(20);
    assertThat(generate(folder.resolve("q-dense"), end).out()).isEqualTo(fromPacked.out());
    assertThat(generate(packed, "--prompt", PROMPT, "--max-new-tokens", "40", "--resident", "1MB"))
        .extracting(Cli.Result::out)
        .isEqualTo(fromPacked.out());
    Cli.Result added = generate(packed, "--prompt", PROMPT, "--max-new-tokens", "40", "--no-echo");
    assertThat(PROMPT + added.out()).isEqualTo(fromPacked.out());
  }

  @Test
  void seedsRepeatDraws() {
    String[] draw = {
      "--prompt", PROMPT, "--max-new-tokens", "30", "--temperature", "1.2", "--seed", "7"
    };
    String first = generate(Path.of("tiny"), draw).out();
    assertThat(generate(Path.of("tiny"), draw).out()).isEqualTo(first);
    draw[7] = "8";
    assertThat(generate(Path.of("tiny"), draw).out()).isNotEqualTo(first);
  }

  @Test
  void numberFormatsAreHeeded() {
    Path packed = folder.resolve("q");
    assertThat(
            Cli.run(
                    "quantize",
                    "tiny",
                    "--method",
                    "bfp",
                    "--bits",
                    "6",
                    "--act-format",
                    "bfp-w6a6",
                    "--out",
                    packed)
                .code())
        .isZero();
    assertThat(generate(packed, "--prompt", PROMPT, "--max-new-tokens", "20").out())
        .hasSizeGreaterThan(20);
  }

  @Test
  void badOptionsAreOneLine() {
    assertBad("--max-new-tokens 0", "--prompt", "x", "--max-new-tokens", "0");
    assertBad("--top-p 2.0", "--prompt", "x", "--top-p", "2");
    assertBad("more than", "--prompt", "word ".repeat(5000));
  }

  private static void assertBad(String message, String... options) {
    Object[] args = new Object[options.length + 2];
    args[0] = "generate";
    args[1] = "tiny";
    System.arraycopy(options, 0, args, 2, options.length);
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err().strip().lines()).hasSize(1);
    assertThat(result.err()).contains(message);
  }

  private static Cli.Result generate(Path model, String... options) {
    Object[] args = new Object[options.length + 2];
    args[0] = "generate";
    args[1] = model;
    System.arraycopy(options, 0, args, 2, options.length);
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }
}
