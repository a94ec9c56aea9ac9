package dev.pbq.workflow.chat;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.TokenizerFacts;
import dev.pbq.jinja.JinjaException;
import dev.pbq.jinja.JinjaLimits;
import dev.pbq.jinja.JinjaTemplate;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The chat template of a model, which turns a conversation into a prompt: the Jinja template of its
 * tokenizer, rendered byte for byte as Hugging Face transformers 5 renders it ({@code messages},
 * {@code tools}, {@code documents}, {@code add_generation_prompt} and the special tokens as
 * variables).
 */
public final class ChatTemplate {
  private static final String DEFAULT = "default";
  private static final String WITH_TOOLS = "tool_use";

  /**
   * One turn of plain text.
   *
   * @param role system, user or assistant
   */
  public record Message(String role, String content) {}

  private final TokenizerFacts facts;

  private ChatTemplate(TokenizerFacts facts) {
    this.facts = facts;
  }

  /**
   * The template of a model folder: {@code chat_template.jinja}, else {@code chat_template} of
   * {@code tokenizer_config.json}, of several the one called default.
   *
   * @throws PbqException BAD_DATA if a file is malformed
   */
  public static Optional<ChatTemplate> of(Path folder) {
    TokenizerFacts facts = TokenizerFacts.read(folder);
    return facts.chatTemplates().containsKey(DEFAULT)
        ? Optional.of(new ChatTemplate(facts))
        : Optional.empty();
  }

  /** As {@link #render(Conversation)}, for turns of plain text. */
  public String render(List<Message> messages) {
    return render(Conversation.of(messages));
  }

  /**
   * The conversation as text that ends where the assistant begins, with special tokens written out.
   * With tools, a template called tool_use goes before the default one.
   *
   * @throws PbqException USAGE if the template refuses it; BAD_DATA if the template does not work,
   *     or needs what pbq's interpreter lacks: the message names it and the line
   */
  public String render(Conversation conversation) {
    Map<String, Object> variables = new HashMap<>();
    facts.specialTokens().forEach((name, token) -> variables.put(name + "_token", token));
    variables.put("messages", conversation.messages());
    variables.put("tools", conversation.tools().isEmpty() ? null : conversation.tools());
    variables.put(
        "documents", conversation.documents().isEmpty() ? null : conversation.documents());
    variables.put("add_generation_prompt", true);
    Map<String, String> templates = facts.chatTemplates();
    String template =
        conversation.tools().isEmpty()
            ? templates.get(DEFAULT)
            : templates.getOrDefault(WITH_TOOLS, templates.get(DEFAULT));
    try {
      return JinjaTemplate.parse(template, JinjaLimits.DEFAULT)
          .render(variables, LocalDateTime::now);
    } catch (JinjaException e) {
      throw failure(e);
    }
  }

  private static PbqException failure(JinjaException e) {
    String message = PbqException.oneLine(e.getMessage());
    return switch (e.kind()) {
      case RAISED ->
          new PbqException(
              PbqException.Kind.USAGE,
              "the model's chat template refuses the conversation: " + message,
              e);
      case UNSUPPORTED ->
          PbqException.badData(
              "the model's chat template cannot be rendered exactly, line "
                  + e.line()
                  + ": "
                  + message,
              e);
      case BROKEN, LIMIT ->
          PbqException.badData(
              "the model's chat template does not work, line " + e.line() + ": " + message, e);
    };
  }
}
