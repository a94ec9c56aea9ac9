package dev.pbq.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.Fuzz;
import dev.pbq.core.testkit.Mutations;
import dev.pbq.core.testkit.SharedFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokenizers made at random, each opened and used in a process that it may end. {@code
 * -Dpbq.fuzz=N} and the like as in {@link Fuzz}; in each build a few, as a process has to be
 * started.
 */
class TokenizersFuzzTest {
  private static final int DEFAULT = 100;
  private static final int AT_ONCE = 200;

  @TempDir private Path scratch;

  @Test
  void tokenizer() throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    for (String name : List.of("tokenizer.json", "tokenizer_config.json", "tokenizer.model")) {
      Path file = SharedFolder.of("models/stories260K").resolve(name);
      files.put(name, Files.readAllBytes(file));
    }
    Fuzz.Generator generator =
        Fuzz.oneOf(
            files,
            Map.of(
                "tokenizer.json", Mutations::json,
                "tokenizer_config.json", Mutations::json));
    Map<String, byte[]> sentencePieces = new TreeMap<>(files);
    sentencePieces.remove("tokenizer.json");
    Fuzz.Generator models = Fuzz.oneOf(sentencePieces, Map.of("tokenizer.model", Mutations::bytes));
    long inputs = Long.getLong("pbq.fuzz.tokenizers", DEFAULT);
    long seed = Long.getLong("pbq.fuzz.seed", 1);
    List<String> wrong = new ArrayList<>();
    for (long first = 0; first < inputs; first += AT_ONCE) {
      List<Path> folders = new ArrayList<>();
      for (long i = first; i < Math.min(inputs, first + AT_ONCE); i++) {
        Random random = new Random(seed * 1_000_003 + i);
        Path folder = Files.createDirectories(scratch.resolve("t" + i));
        Map<String, byte[]> input = (i % 4 == 3 ? models : generator).make(random);
        for (Map.Entry<String, byte[]> file : input.entrySet()) {
          Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        folders.add(folder);
      }
      wrong.addAll(new TokenizerProcesses(scratch).wrong(folders));
    }
    assertThat(wrong).isEmpty();
  }
}
