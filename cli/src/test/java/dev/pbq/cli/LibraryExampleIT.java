package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first Java block of docs/library.md, compiled and run against the distribution. */
class LibraryExampleIT {
  private static final Path PAGE = Path.of("..", "docs", "library.md");
  private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final int MOST_STATEMENTS = 15;

  private final String libraries = System.getProperty("pbq.home") + "/lib/*";
  @TempDir private Path folder;

  @Test
  void theExampleRunsAsItStandsThere() throws Exception {
    Matcher block = BLOCK.matcher(Files.readString(PAGE));
    assertThat(block.find()).isTrue();
    String source = block.group(1);
    String body = source.substring(source.indexOf("void main"));
    assertThat(body.chars().filter(c -> c == ';').count()).isBetween(1L, (long) MOST_STATEMENTS);

    Path file = Files.writeString(folder.resolve("Example.java"), source);
    run("javac", "-Werror", "-cp", libraries, "-d", folder.toString(), file.toString());
    Path text = folder.resolve("text.txt");
    Files.writeString(text, TinyModel.evaluationText().substring(0, 20_000));
    Path out = folder.resolve("out");
    String printed =
        run(
            "java",
            "-Xmx1g",
            "-cp",
            libraries + ":" + folder,
            "Example",
            TinyModel.unpack(TinyModel.defaultCacheDir()).toString(),
            text.toString(),
            out.toString());

    Path json = folder.resolve("ppl.json");
    Cli.Result result =
        Cli.run("eval-ppl", out, "--dataset", text, "--seqlen", 128, "--json", json);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Files.readString(json)).contains("\"perplexity\" : " + printed.strip());
  }

  private String run(String tool, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    command.addAll(List.of(arguments));
    Path errors = folder.resolve("errors.txt");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed + Files.readString(errors)).isZero();
    return printed;
  }
}
