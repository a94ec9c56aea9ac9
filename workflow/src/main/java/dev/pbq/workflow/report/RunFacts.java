package dev.pbq.workflow.report;

import dev.pbq.core.Amounts;
import dev.pbq.core.Version;
import dev.pbq.eval.report.Section;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The facts about a run for a report page: machine, versions and command.
 *
 * @param command the command line, or what else made it
 * @param threads for arithmetic
 */
public record RunFacts(String command, int threads) {
  private static final String VERSIONS = "versions.properties";
  private static final Path CPU = Path.of("/proc/cpuinfo");

  /** When and by what a page was made. */
  static String footer() {
    return "Made by pbq "
        + Version.current()
        + " on "
        + Instant.now().truncatedTo(ChronoUnit.MINUTES).toString().replace("T", " ");
  }

  /** The environment, as a section of a page. */
  Section section() {
    Properties versions = versions();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("command", command));
    rows.add(List.of("pbq", Version.current()));
    rows.add(
        List.of(
            "libraries",
            "DJL "
                + versions.getProperty("djl")
                + ", PyTorch "
                + versions.getProperty("pytorch")
                + ", ND4J "
                + versions.getProperty("nd4j")
                + ", OpenBLAS "
                + versions.getProperty("openblas")));
    rows.add(List.of("Java", Runtime.version() + ", " + System.getProperty("java.vm.name")));
    rows.add(
        List.of(
            "system",
            System.getProperty("os.name")
                + " "
                + System.getProperty("os.version")
                + " "
                + System.getProperty("os.arch")));
    rows.add(
        List.of(
            "processor", cpu() + ", " + Runtime.getRuntime().availableProcessors() + " in use"));
    rows.add(List.of("threads", Integer.toString(threads)));
    rows.add(List.of("largest heap", Amounts.bytes(Runtime.getRuntime().maxMemory())));
    return new Section.Listing("Environment", "", List.of(), rows, false);
  }

  private static Properties versions() {
    try (InputStream in = RunFacts.class.getResourceAsStream(VERSIONS)) {
      Properties properties = new Properties();
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(VERSIONS, e);
    }
  }

  private static String cpu() {
    if (!Files.isReadable(CPU)) {
      return System.getProperty("os.arch");
    }
    try (Stream<String> lines = Files.lines(CPU)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.replaceFirst("^[^:]*:\\s*", ""))
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      throw new UncheckedIOException(CPU.toString(), e);
    }
  }
}
