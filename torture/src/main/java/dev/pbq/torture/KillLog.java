package dev.pbq.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A text file with a line for each kill, appended at once, and the counts that come of them. */
public final class KillLog implements Consumer<String> {
  private final Path file;

  /** Appends to a file. */
  public KillLog(Path file) {
    this.file = file;
  }

  @Override
  public void accept(String line) {
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A Markdown table: kills that landed, by command and signal. */
  public static String table(List<Kill> kills) {
    Map<String, Map<Signal, Integer>> counts = new TreeMap<>();
    for (Kill kill : kills) {
      if (kill.landed()) {
        counts
            .computeIfAbsent(kill.scenario(), name -> new EnumMap<>(Signal.class))
            .merge(kill.signal(), 1, Integer::sum);
      }
    }
    StringBuilder text =
        new StringBuilder("| command | KILL | TERM | INT |\n| --- | --- | --- | --- |\n");
    counts.forEach(
        (name, count) -> {
          text.append("| ").append(name);
          for (Signal signal : Signal.values()) {
            text.append(" | ").append(count.getOrDefault(signal, 0));
          }
          text.append(" |\n");
        });
    return text.toString();
  }
}
