package dev.pbq.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The program, as it is started.
 *
 * @param command the words before its arguments
 * @param variables of its environment, beside those of this process
 */
public record Program(List<String> command, Map<String, String> variables) {
  private static final String OPTIONS = "PBQ_OPTS";
  private static final String TEMPORARY = "-Djava.io.tmpdir=";

  public Program {
    command = List.copyOf(command);
    variables = Map.copyOf(variables);
  }

  /**
   * What was installed in a folder, or what is on the class path.
   *
   * @param home the folder of the installation; empty for the class path
   * @param temporary a folder for its temporary files
   */
  public static Program of(String home, Path temporary) {
    if (!home.isEmpty()) {
      return new Program(
          List.of(Path.of(home, "bin", "pbq").toString()), Map.of(OPTIONS, TEMPORARY + temporary));
    }
    List<String> words = new ArrayList<>();
    words.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx1g",
            "-Dai.djl.offline=true",
            TEMPORARY + temporary));
    String options = System.getProperty("pbq.torture.options", "");
    words.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ", -1)));
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.pbq.cli.Main"));
    return new Program(words, Map.of());
  }

  Program with(Map<String, String> more) {
    Map<String, String> all = new java.util.HashMap<>(variables);
    all.putAll(more);
    return new Program(command, all);
  }

  /**
   * Starts it.
   *
   * @param folder where it works
   * @param streams an existing folder for what it prints
   */
  Child start(List<String> words, Path folder, Path streams) throws IOException {
    List<String> all = new ArrayList<>(command);
    all.addAll(words);
    Path errors = streams.resolve("errors.txt");
    Files.deleteIfExists(errors);
    ProcessBuilder builder = new ProcessBuilder(all).directory(folder.toFile());
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    builder.environment().putAll(variables);
    long begun = System.nanoTime();
    Process process =
        builder
            .redirectOutput(streams.resolve("output.txt").toFile())
            .redirectError(errors.toFile())
            .start();
    return new Child(process, errors, begun);
  }

  /** Starts it and waits for its end. */
  Ended run(List<String> words, Path folder, Path streams)
      throws IOException, InterruptedException {
    return start(words, folder, streams).await();
  }
}
