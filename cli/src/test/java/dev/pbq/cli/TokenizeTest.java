package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model is shown: {@code pbq tokenize} and {@code pbq chat --print-prompt}. */
class TokenizeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Path tokenizer(String config) throws IOException {
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [{"id": 0, "content": "<s>", "special": true, "single_word": false,
                           "lstrip": false, "rstrip": false, "normalized": false}],
         "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": null,
         "model": {"type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false,
                   "byte_fallback": false,
                   "vocab": {"<s>": 0, "a": 1, "b": 2, "ab": 3, "<": 4, "s": 5, ">": 6},
                   "merges": ["a b"]}}
        """);
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
    return folder;
  }

  private static List<Integer> ids(Cli.Result result) throws IOException {
    assertThat(result.code()).as(result.err()).isZero();
    return JSON.readerForListOf(Integer.class).readValue(JSON.readTree(result.out()).path("ids"));
  }

  @Test
  void aFolderWithTokenizerFilesAloneWillDo() throws IOException {
    Path model = tokenizer("{\"bos_token\": \"<s>\", \"add_bos_token\": true}");
    Cli.Result text = Cli.run("tokenize", model, "ab<s>");
    assertThat(text.code()).as(text.err()).isZero();
    assertThat(text.out().lines())
        .containsExactly("0\t\"<s>\"", "3\t\"ab\"", "4\t\"<\"", "5\t\"s\"", "6\t\">\"");
    assertThat(ids(Cli.run("tokenize", model, "ab<s>", "--json"))).containsExactly(0, 3, 4, 5, 6);
    assertThat(ids(Cli.run("tokenize", model, "ab<s>", "--json", "--no-special")))
        .containsExactly(3, 4, 5, 6);
    assertThat(ids(Cli.run("tokenize", model, "ab<s>", "--json", "--parse-special-tokens")))
        .containsExactly(0, 3, 0);
  }

  @Test
  void textsAndTokensMayBeInFiles() throws IOException {
    Path model = tokenizer("{}");
    Path text = Files.writeString(folder.resolve("text.txt"), "aab");
    Path json = folder.resolve("ids.json");
    Cli.Result result = Cli.run("tokenize", model, "--file", text, "--json", json);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEmpty();
    JsonNode written = JSON.readTree(json.toFile());
    assertThat(written.path("ids").toString()).isEqualTo("[1,3]");
    assertThat(written.path("pieces").toString()).isEqualTo("[\"a\",\"ab\"]");
    assertThat(Cli.run("tokenize", model, "a", "--file", text).code()).isEqualTo(2);
    Cli.Result missing = Cli.run("tokenize", model, "--file", folder.resolve("none"));
    assertThat(missing.code()).isEqualTo(3);
  }

  @Test
  void aPromptIsPrintedByteForByteWithoutTheModel() throws IOException {
    Path model =
        tokenizer(
            "\uFEFF{\"bos_token\": {\"content\": \"<s>\"}, \"model_max_length\": Infinity,"
                + " \"chat_template\": \"{{ bos_token }}{% for m in messages %}[{{ m.role }}]"
                + " {{ m.content }}\\n{% endfor %}{{ tools | tojson if tools }}\"}");
    Path messages = folder.resolve("messages.json");
    Files.writeString(messages, "[{\"role\": \"user\", \"content\": \"Hi\\n\u00fc \"}]");
    Cli.Result printed = Cli.run("chat", model, "--messages", messages, "--print-prompt");
    assertThat(printed.code()).as(printed.err()).isZero();
    assertThat(printed.out()).isEqualTo("<s>[user] Hi\n\u00fc \n");

    Files.writeString(
        messages,
        "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], \"tools\": [{\"a\": 1}]}");
    assertThat(Cli.run("chat", model, "--messages", messages, "--print-prompt").out())
        .isEqualTo("<s>[user] Hi\n[{\"a\": 1}]");

    assertThat(Cli.run("chat", model, "--print-prompt").code()).isEqualTo(2);
    assertThat(Cli.run("chat", model, "--messages", messages).code()).isEqualTo(2);
    for (String wrong : List.of("{}", "[]", "[1]", "[", "")) {
      Files.writeString(messages, wrong);
      Cli.Result refused = Cli.run("chat", model, "--messages", messages, "--print-prompt");
      assertThat(refused.code()).as(wrong).isEqualTo(4);
      assertThat(refused.err()).contains("messages.json").doesNotContain("Exception", "`");
    }
  }

  @Test
  void theSharedCasesGiveTheirTokensAndPrompts() throws IOException {
    Path cases = SharedFolder.of("cases");
    assertThat(ids(Cli.run("tokenize", cases.resolve("bos-probe"), "ACGT", "--json")))
        .containsExactly(0, 6, 4, 5);
    assertThat(ids(Cli.run("tokenize", cases.resolve("sp-add-eos"), "Once upon", "--json")))
        .containsExactly(1, 403, 407, 2);
    Path messages = folder.resolve("messages.json");
    Files.writeString(messages, "[{\"role\": \"user\", \"content\": \"Hi there\"}]");
    for (String name : List.of("chat-bos-elsewhere", "sp-legacy-false")) {
      Cli.Result prompt =
          Cli.run("chat", cases.resolve(name), "--messages", messages, "--print-prompt");
      assertThat(prompt.out()).as(name + prompt.err()).isEqualTo("<s>[INST] Hi there [/INST]");
    }
  }
}
