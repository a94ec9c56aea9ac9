package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Puts the tokenizer of one folder in the place of another's. */
final class OtherTokenizer {
  private static final Set<String> MAIN_FILES =
      Set.of("tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "vocab.txt");
  private static final Set<String> SIDE_FILES =
      Set.of(
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.jinja",
          ModelFileFormat.TOKENIZER_REFUSED);

  private OtherTokenizer() {}

  /**
   * Replaces all files of a tokenizer.
   *
   * @throws PbqException NOT_FOUND if {@code from} is no folder with a tokenizer; BAD_DATA if its
   *     files cannot be read
   */
  static void put(Path from, Path to) throws IOException {
    List<Path> files =
        Files.isDirectory(from)
            ? MAIN_FILES.stream().map(from::resolve).filter(Files::isRegularFile).toList()
            : List.of();
    if (files.isEmpty()) {
      throw PbqException.notFound(
          from + " is no folder with a tokenizer (" + String.join(", ", sorted()) + ")");
    }
    for (Set<String> names : List.of(MAIN_FILES, SIDE_FILES)) {
      for (String name : names) {
        // A chat template stays where the other folder has none.
        if (!name.endsWith(".jinja") || Files.exists(from.resolve(name))) {
          Files.deleteIfExists(to.resolve(name));
        }
        if (Files.isRegularFile(from.resolve(name))) {
          Files.copy(from.resolve(name), to.resolve(name));
        }
      }
    }
  }

  private static List<String> sorted() {
    return MAIN_FILES.stream().sorted().toList();
  }
}
