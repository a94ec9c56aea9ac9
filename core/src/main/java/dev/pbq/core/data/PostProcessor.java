package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code post_processor} of a tokenizer.json, read: which special tokens it puts around
 * a text. Types: TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel (puts nothing),
 * Sequence of these.
 */
final class PostProcessor {
  private final Path file;

  private PostProcessor(Path file) {
    this.file = file;
  }

  /**
   * Reads it.
   *
   * @param file named in errors
   * @return empty where there is none
   * @throws PbqException BAD_DATA for a type or template that is not known here
   */
  static Optional<Surroundings> read(Path file, JsonNode processor) {
    return processor.isNull() || processor.isMissingNode()
        ? Optional.empty()
        : Optional.of(new PostProcessor(file).surroundings(processor));
  }

  private Surroundings surroundings(JsonNode processor) {
    String type = processor.path("type").asText("");
    return switch (type) {
      case "ByteLevel" -> Surroundings.NONE;
      case "BertProcessing", "RobertaProcessing" ->
          new Surroundings(
              new int[] {id(processor.path("cls").path(1))},
              new int[] {id(processor.path("sep").path(1))});
      case "TemplateProcessing" -> template(processor);
      case "Sequence" -> {
        Surroundings all = Surroundings.NONE;
        for (JsonNode part : processor.path("processors")) {
          all = surroundings(part).outside(all);
        }
        yield all;
      }
      default -> throw wrong("type \"" + type + "\" is not supported");
    };
  }

  private Surroundings template(JsonNode processor) {
    List<Integer> prefix = new ArrayList<>();
    List<Integer> suffix = new ArrayList<>();
    boolean inFront = true;
    for (JsonNode part : processor.path("single")) {
      if (part.has("Sequence")) {
        if (!inFront) {
          throw wrong("the template holds the text twice");
        }
        inFront = false;
      } else {
        String name = part.path("SpecialToken").path("id").asText();
        JsonNode ids = processor.path("special_tokens").path(name).path("ids");
        if (!ids.isArray()) {
          throw wrong("the template's token \"" + name + "\" has no ids");
        }
        for (JsonNode id : ids) {
          (inFront ? prefix : suffix).add(id(id));
        }
      }
    }
    if (inFront) {
      throw wrong("the template leaves the text out");
    }
    return new Surroundings(ints(prefix), ints(suffix));
  }

  private int id(JsonNode id) {
    if (!id.isInt() || id.intValue() < 0) {
      throw wrong("a token without an id");
    }
    return id.intValue();
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  private PbqException wrong(String what) {
    return PbqException.badData(file + ": post_processor: " + what);
  }
}
