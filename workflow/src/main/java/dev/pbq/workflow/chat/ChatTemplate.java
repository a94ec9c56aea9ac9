package dev.pbq.workflow.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The chat template of a model, which turns a conversation into a prompt: the Jinja template of its
 * tokenizer, rendered as Hugging Face's tokenizers render it (blocks trimmed, {@code messages},
 * {@code add_generation_prompt} and the special tokens as variables, {@code raise_exception}).
 */
public final class ChatTemplate {
  /**
   * One turn.
   *
   * @param role system, user or assistant
   */
  public record Message(String role, String content) {
    private Map<String, String> variables() {
      return Map.of("role", role, "content", content);
    }
  }

  private static final String CONFIG = "tokenizer_config.json";

  private final String template;
  private final Map<String, String> specialTokens;
  private final Jinjava jinja;

  private ChatTemplate(String template, Map<String, String> specialTokens) {
    this.template = trimmed(template);
    this.specialTokens = specialTokens;
    this.jinja =
        new Jinjava(
            JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                // What people write is text, whatever it looks like.
                .withNestedInterpretationEnabled(false)
                .withMaxOutputSize(1L << 24)
                .build());
    this.jinja
        .getGlobalContext()
        .registerFunction(
            new ELFunctionDefinition(
                "", "raise_exception", ChatTemplate.class, "refuse", String.class));
  }

  /** Obeys the marks {@code {{- {%- -}} -%}}, which the library does for statements alone. */
  private static String trimmed(String template) {
    return template.replaceAll("\\s*\\{([{%])-", "{$1").replaceAll("-([%}])\\}\\s*", "$1}");
  }

  /** What templates call, by reflection, when a conversation is not as they want it. */
  @SuppressWarnings("DoNotCallSuggester")
  public static String refuse(String message) {
    throw PbqException.usage("the model's chat template refuses the conversation: " + message);
  }

  /**
   * The template of a model folder: {@code chat_template.jinja}, else {@code chat_template} of
   * {@code tokenizer_config.json}, of several the one called default.
   *
   * @throws PbqException BAD_DATA if a file is malformed
   */
  public static Optional<ChatTemplate> of(Path folder) {
    Path config = folder.resolve(CONFIG);
    JsonNode settings = Files.exists(config) ? JsonFiles.readObject(config) : null;
    Map<String, String> tokens = new HashMap<>();
    for (String name : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
      JsonNode token = settings == null ? null : settings.get(name);
      if (token != null && !token.isNull()) {
        tokens.put(name, token.isObject() ? token.path("content").asText("") : token.asText(""));
      }
    }
    return text(folder, settings).map(text -> new ChatTemplate(text, tokens));
  }

  private static Optional<String> text(Path folder, JsonNode settings) {
    Path file = folder.resolve("chat_template.jinja");
    if (Files.exists(file)) {
      try {
        return Optional.of(Files.readString(file));
      } catch (IOException e) {
        throw PbqException.badData("cannot read " + file, e);
      }
    }
    JsonNode node = settings == null ? null : settings.get("chat_template");
    if (node != null && node.isArray()) {
      for (JsonNode one : node) {
        if (one.path("name").asText().equals("default")) {
          return Optional.ofNullable(one.path("template").textValue());
        }
      }
    }
    return Optional.ofNullable(node == null ? null : node.textValue());
  }

  /**
   * The conversation as text that ends where the assistant begins, with special tokens written out.
   *
   * @throws PbqException USAGE if the template refuses it; BAD_DATA if the template does not work
   */
  public String render(List<Message> conversation) {
    Map<String, Object> variables = new HashMap<>(specialTokens);
    variables.put("messages", conversation.stream().map(Message::variables).toList());
    variables.put("add_generation_prompt", true);
    RenderResult result = jinja.renderForResult(template, variables);
    for (TemplateError error : result.getErrors()) {
      for (Throwable t = error.getException(); t != null; t = t.getCause()) {
        if (t instanceof PbqException known) {
          throw known;
        }
      }
      if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
        throw PbqException.badData(
            "the model's chat template does not work, line "
                + error.getLineno()
                + ": "
                + String.valueOf(error.getMessage()).lines().findFirst().orElse(""));
      }
    }
    return result.getOutput();
  }
}
