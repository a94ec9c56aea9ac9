package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a file holds, the message is one line in words of the file: none of the libraries that
 * read it shows its own switches, classes or sources.
 */
class MessageWordsTest {
  private static final String[] FOREIGN = {
    "Exception",
    "Feature",
    "REDACTED",
    "[Source",
    "(for ",
    "com.fasterxml",
    "Jackson",
    "jackson",
    "java.",
    "java/",
    "ai.djl",
    "org.apache",
    "picocli",
    "deserialize",
    "JSON String",
    "`",
    "internal error"
  };
  private static final List<String> BROKEN =
      List.of(
          "",
          "[",
          "{\"a\": ",
          "{\"a\": nope}",
          "{\"a\": 1,}",
          "{\"a\": 1} 2",
          "[1, 2]",
          "\u0000\u0001",
          "{\"a\": \"\\x\"}",
          "{\"a\": " + "[".repeat(3000),
          "{\"a\": 1e999999999999}",
          "\"text\"");

  @TempDir private Path folder;

  /** A file's name, and the command that reads it: MODEL is the model's folder, FILE the file. */
  static Stream<Arguments> files() {
    String calibrated =
        "quantize MODEL --method gptq --bits 4 --nsamples 2 --seqlen 8 --out OUT --calib ";
    return Stream.of(
        Arguments.of("model/config.json", "eval-ppl MODEL --dataset tiny --limit 1"),
        Arguments.of("model/config.json", "inspect MODEL"),
        Arguments.of("model/tokenizer.json", "tokenize MODEL text"),
        Arguments.of("model/tokenizer_config.json", "tokenize MODEL text"),
        Arguments.of("model/special_tokens_map.json", "tokenize MODEL text"),
        Arguments.of("model/added_tokens.json", "tokenize MODEL text"),
        Arguments.of("model/generation_config.json", "generate MODEL --prompt a --max-tokens 1"),
        Arguments.of("model/model.safetensors", "inspect MODEL"),
        Arguments.of("text.jsonl", calibrated + "FILE"),
        Arguments.of("text.json", calibrated + "FILE"),
        Arguments.of("text.parquet", calibrated + "FILE"),
        Arguments.of("text.jsonl.gz", calibrated + "FILE"),
        Arguments.of("rows.jsonl", "eval-tasks MODEL --tasks piqa=FILE"),
        Arguments.of("recipe.toml", "quantize MODEL --recipe FILE --out OUT"),
        Arguments.of("recipe.toml", "train MODEL --recipe FILE --out OUT"),
        Arguments.of("format.toml", "eval-ppl MODEL --dataset tiny --act-format FILE"),
        Arguments.of("messages.json", "chat MODEL --messages FILE --print-prompt"),
        Arguments.of("model.gguf", "inspect FILE"),
        Arguments.of("labels.tsv", "eval-classify MODEL --dataset FILE"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void messagesHaveNoWordsOfLibraries(String name, String command) throws IOException {
    int refused = 0;
    for (String text : BROKEN) {
      Path model = copy();
      Path file = folder.resolve(name);
      Files.writeString(file, text);
      String[] words = command.split(" ");
      for (int i = 0; i < words.length; i++) {
        words[i] =
            words[i]
                .replace("MODEL", model.toString())
                .replace("FILE", file.toString())
                .replace("OUT", folder.resolve("out").toString());
      }
      Cli.Result result = Cli.run((Object[]) words);
      if (result.code() != 0) {
        refused++;
        assertThat(result.err().strip())
            .as(command + " of " + text)
            .doesNotContain(FOREIGN)
            .hasLineCount(1);
      }
    }
    assertThat(refused).as(command).isGreaterThan(BROKEN.size() / 2);
  }

  private Path copy() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    try (Stream<Path> files = Files.list(TinyModel.unpack(folder.resolve("cache")))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.write(model.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
    return model;
  }
}
