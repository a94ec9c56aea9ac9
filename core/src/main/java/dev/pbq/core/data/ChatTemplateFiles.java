package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Finds the chat templates of a model folder, in the order of transformers. */
final class ChatTemplateFiles {
  private static final String DEFAULT = "default";
  private static final String SUFFIX = ".jinja";

  private ChatTemplateFiles() {}

  /**
   * The templates by name.
   *
   * @param inConfig {@code chat_template} of tokenizer_config.json: a text, or a list of objects
   *     with {@code name} and {@code template}; counts where there is no file
   */
  static Map<String, String> read(Path folder, JsonNode inConfig) {
    Map<String, String> templates = new LinkedHashMap<>();
    Path file = folder.resolve("chat_template" + SUFFIX);
    if (Files.isRegularFile(file)) {
      templates.put(DEFAULT, text(file));
    }
    for (Path additional : list(folder.resolve("additional_chat_templates"))) {
      String name = additional.getFileName().toString();
      templates.put(name.substring(0, name.length() - SUFFIX.length()), text(additional));
    }
    if (!templates.isEmpty()) {
      return templates;
    }
    if (inConfig.isTextual()) {
      templates.put(DEFAULT, inConfig.textValue());
    }
    for (JsonNode named : inConfig) {
      if (named.path("template").isTextual()) {
        templates.put(named.path("name").asText(), named.path("template").textValue());
      }
    }
    return templates;
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    } catch (IOException e) {
      throw PbqException.badData(folder + ": not readable: " + Messages.of(e), e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw PbqException.badData(file + ": not readable: " + Messages.of(e), e);
    }
  }
}
