package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Messages of the library name settings ({@code PbqException.setting}); that they are options is
 * known to the command line alone.
 */
class LibraryWordsTest {
  private static final Pattern OPTION = Pattern.compile("\"([^\"]*[^\"A-Za-z])?--[a-z]");

  /** What another program is to be called with, and the name of a format in result files. */
  private static final List<String> ALLOWED = List.of("\" --revision \"", "\" --compat\"");

  /** What builds the command line of another process, or says in a recipe how it is repeated. */
  private static final List<String> CALLERS =
      List.of("ChildProcess.java", "ProcessQuantizer.java", "RecipeRun.java");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "core",
        "gptq-pb",
        "arb",
        "hqq",
        "block-formats",
        "eval",
        "export",
        "hub",
        "search",
        "tiny",
        "workflow"
      })
  void theLibrarySpeaksOfNoOptions(String module) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
      for (Path file : files.filter(LibraryWordsTest::isLibrary).toList()) {
        Files.readAllLines(file).stream()
            .filter(
                line -> OPTION.matcher(line).find() && ALLOWED.stream().noneMatch(line::contains))
            .forEach(line -> found.add(file.getFileName() + ": " + line.strip()));
      }
    }
    assertThat(found).isEmpty();
  }

  private static boolean isLibrary(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".java") && !CALLERS.contains(name);
  }
}
