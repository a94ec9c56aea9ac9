package dev.pbq.workflow.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.json.JsonFaults;
import dev.pbq.core.json.JsonText;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a chat template is given to write.
 *
 * @param messages turns in order, each with {@code role} and {@code content} at least, and whatever
 *     else a template knows ({@code tool_calls}, ...)
 * @param tools functions that the model may call, in JSON's terms; may be empty
 * @param documents texts that the model may use, in JSON's terms; may be empty
 */
public record Conversation(
    List<Map<String, Object>> messages, List<Object> tools, List<Object> documents) {
  /** The names of a turn's thoughts; the first is the one that templates read. */
  private static final List<String> REASONING =
      List.of("reasoning_content", "thinking", "reasoning");

  public Conversation {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    documents = List.copyOf(documents);
  }

  /** Turns of plain text. */
  public static Conversation of(List<ChatTemplate.Message> messages) {
    List<Map<String, Object>> turns = new ArrayList<>();
    for (ChatTemplate.Message message : messages) {
      Map<String, Object> turn = new LinkedHashMap<>();
      turn.put("role", message.role());
      turn.put("content", message.content());
      turns.add(turn);
    }
    return new Conversation(turns, List.of(), List.of());
  }

  /**
   * Reads a JSON file: a list of messages, or an object with such a list as {@code messages}, and
   * perhaps {@code tools} and {@code documents}.
   *
   * @throws PbqException NOT_FOUND if there is no such file; BAD_DATA if it holds something else
   */
  public static Conversation read(Path file) {
    JsonNode root = json(file);
    JsonNode list = root.isObject() ? root.path("messages") : root;
    if (!list.isArray()) {
      throw PbqException.badData(
          file + ": neither a list of messages nor an object with one as \"messages\"");
    }
    List<Map<String, Object>> messages = new ArrayList<>();
    for (JsonNode message : list) {
      if (!message.path("role").isTextual()) {
        throw PbqException.badData(
            "%s: message %d has no \"role\"".formatted(file, messages.size() + 1));
      }
      Map<String, Object> turn = new LinkedHashMap<>();
      message.properties().forEach(e -> turn.put(e.getKey(), java(file, e.getValue())));
      messages.add(withReasoning(turn));
    }
    if (messages.isEmpty()) {
      throw PbqException.badData(file + ": there is no message in it");
    }
    return new Conversation(messages, list(file, root, "tools"), list(file, root, "documents"));
  }

  private static JsonNode json(Path file) {
    try {
      return JsonText.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new PbqException(PbqException.Kind.NOT_FOUND, "there is no file " + file, e);
    } catch (JsonProcessingException e) {
      throw PbqException.badData(file + ": malformed JSON" + JsonFaults.withPlace(e), e);
    } catch (CharacterCodingException e) {
      throw PbqException.badData(file + ": not UTF-8 text", e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file, e);
    }
  }

  /** Thoughts under one name are given under the others too, as transformers does. */
  private static Map<String, Object> withReasoning(Map<String, Object> turn) {
    for (String name : REASONING) {
      Object reasoning = turn.get(name);
      if (reasoning != null) {
        Map<String, Object> aliased = new LinkedHashMap<>();
        aliased.put("thinking", reasoning);
        aliased.putAll(turn);
        aliased.put("reasoning_content", reasoning);
        return aliased;
      }
    }
    return turn;
  }

  private static List<Object> list(Path file, JsonNode root, String name) {
    JsonNode list = root.path(name);
    if (list.isMissingNode() || list.isNull() || !root.isObject()) {
      return List.of();
    }
    if (!(java(file, list) instanceof List<?> items)) {
      throw PbqException.badData("%s: \"%s\" is no list".formatted(file, name));
    }
    return new ArrayList<>(items);
  }

  private static Object java(Path file, JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> null;
      case BOOLEAN -> value.booleanValue();
      case STRING -> value.textValue();
      case NUMBER -> {
        if (value.isBigInteger()) {
          throw PbqException.badData(file + ": the number " + value + " is beyond 64 bits");
        }
        yield value.isFloatingPointNumber() ? (Object) value.doubleValue() : value.longValue();
      }
      case ARRAY -> {
        List<Object> items = new ArrayList<>();
        value.forEach(item -> items.add(java(file, item)));
        yield items;
      }
      default -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        value.properties().forEach(e -> fields.put(e.getKey(), java(file, e.getValue())));
        yield fields;
      }
    };
  }
}
