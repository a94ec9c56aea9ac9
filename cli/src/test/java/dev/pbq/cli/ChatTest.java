package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.tiny.TinyModel;
import dev.pbq.workflow.chat.ChatTemplate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

class ChatTest {
  /** In the manner of ChatML: a loop, conditions, whitespace control, slices. */
  private static final String MARKED =
      """
      {%- if messages[0]['role'] == 'system' %}
          {{- '<|start|>system\\n' + messages[0]['content'] + '<|end|>\\n' }}
          {%- set rest = messages[1:] %}
      {%- else %}
          {%- set rest = messages %}
      {%- endif %}
      {%- for message in rest %}
          {%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}
              {{- raise_exception('roles must alternate') }}
          {%- endif %}
          {{- '<|start|>' + message.role + '\\n' + message.content.strip() + '<|end|>' + '\\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|start|>assistant\\n' }}
      {%- endif %}
      """;

  /** In the manner of Llama 2: the system message inside the first user message. */
  private static final String BRACKETED =
      "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set"
          + " system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages"
          + " %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if"
          + " loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n"
          + "' + system_message + '\\n"
          + "<</SYS>>\\n"
          + "\\n"
          + "' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{%"
          + " if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content | trim + ' [/INST]'"
          + " }}{% elif message['role'] == 'assistant' %}{{ ' ' + content | trim + ' ' + eos_token"
          + " }}{% endif %}{% endfor %}";

  @TempDir private Path folder;

  private ChatTemplate template(String text) throws IOException {
    Files.writeString(folder.resolve("chat_template.jinja"), text);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\", \"pad_token\": null}");
    return ChatTemplate.of(folder).orElseThrow();
  }

  private static ChatTemplate.Message message(String role, String content) {
    return new ChatTemplate.Message(role, content);
  }

  @Test
  void conversationsAreWrittenAsTheTemplateSays() throws IOException {
    ChatTemplate marked = template(MARKED);
    assertThat(marked.render(List.of(message("user", " Hi "))))
        .isEqualTo("<|start|>user\nHi<|end|>\n<|start|>assistant\n");
    assertThat(
            marked.render(
                List.of(
                    message("system", "Be brief."),
                    message("user", "Hi"),
                    message("assistant", "Hello {{ 1 + 1 }} 'quoted'"),
                    message("user", "Bye"))))
        .isEqualTo(
            """
            <|start|>system
            Be brief.<|end|>
            <|start|>user
            Hi<|end|>
            <|start|>assistant
            Hello {{ 1 + 1 }} 'quoted'<|end|>
            <|start|>user
            Bye<|end|>
            <|start|>assistant
            """);

    assertThat(
            template(BRACKETED)
                .render(
                    List.of(
                        message("system", "Be brief."),
                        message("user", "Hi"),
                        message("assistant", "Hello"),
                        message("user", "Bye"))))
        .isEqualTo(
            "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello </s><s>[INST] Bye [/INST]");
  }

  @Test
  void refusalsAndDefectsAreOneLine() throws IOException {
    assertThatThrownBy(() -> template(MARKED).render(List.of(message("assistant", "x"))))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("roles must alternate");
    assertThatThrownBy(() -> template("{% for %}").render(List.of(message("user", "x"))))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("chat template does not work");
  }

  @Test
  void theDefaultOfSeveralTemplatesIsTaken() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"tools\", \"template\": \"t\"},"
            + " {\"name\": \"default\", \"template\": \"d {{ messages[0].content }}\"}]}");
    assertThat(ChatTemplate.of(folder).orElseThrow().render(List.of(message("user", "x"))))
        .isEqualTo("d x");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
    assertThat(ChatTemplate.of(folder)).isEmpty();
  }

  @Test
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  void aModelAnswersLineByLine() throws IOException {
    Path model = TinyModel.unpack(folder.resolve("tiny"));
    Path chat = Files.createDirectories(folder.resolve("chat"));
    try (var files = Files.list(model)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, chat.resolve(file.getFileName()));
      }
    }
    Cli.Result without = Cli.run("chat", chat);
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.err()).contains("no chat template", "pbq generate");

    Files.writeString(
        chat.resolve("chat_template.jinja"), "{% for m in messages %}{{ m.content }} {% endfor %}");
    String once = talk(chat, "The \n").out();
    assertThat(once.strip()).isNotEmpty();
    Cli.Result talked = talk(chat, "The \n\nThe \n/reset\nThe \n/exit\nThe \n");
    assertThat(talked.err().chars().filter(c -> c == '>').count()).isEqualTo(6);
    assertThat(talked.out()).startsWith(once).as("/reset forgets").endsWith(once);
    assertThat(talked.out()).hasSizeGreaterThan(2 * once.length());
  }

  private static Cli.Result talk(Path model, String input) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      Cli.Result talked = Cli.run("chat", model, "--max-new-tokens", "12");
      assertThat(talked.code()).as(talked.err()).isZero();
      return talked;
    } finally {
      System.setIn(before);
    }
  }
}
