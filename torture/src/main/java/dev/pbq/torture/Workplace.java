package dev.pbq.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folders in which commands are run, always under the same names: paths stand in results. */
final class Workplace {
  private static final int POLL_MILLISECONDS = 2;

  private final Path root;
  private final String home;

  /**
   * Makes the folders.
   *
   * @param home an installation of the program; empty for the class path
   */
  Workplace(Path root, String home) throws IOException {
    this.root = root.toAbsolutePath().normalize();
    this.home = home;
    for (Path folder : List.of(run(), streams(), temporary())) {
      Files.createDirectories(folder);
    }
  }

  Path run() {
    return root.resolve("run");
  }

  Path streams() {
    return root.resolve("streams");
  }

  Path temporary() {
    return root.resolve("tmp");
  }

  /** Where a packed model for exports and tuning is kept. */
  Path packed() {
    return root.resolve("packed");
  }

  private Path replaced(Scenario scenario) {
    return root.resolve("replaced-" + scenario.name());
  }

  Program program(Scenario scenario) {
    return Program.of(home, temporary()).with(scenario.variables());
  }

  /** Runs a command that must succeed. */
  void require(Scenario scenario, List<String> words) throws IOException, InterruptedException {
    Ended ended = program(scenario).run(words, run(), streams());
    if (ended.code() != 0) {
      throw new IOException(words + " ended with exit code " + ended.code() + ": " + ended.last());
    }
  }

  /** Empties the folders and puts in what a scenario finds there. */
  void prepare(Scenario scenario) throws IOException {
    clear(run());
    clear(temporary());
    if (scenario.replaced().isPresent()) {
      copy(replaced(scenario), run());
    }
  }

  /** Runs a scenario to its end; its first run makes what it replaces. */
  Undisturbed undisturbed(Scenario scenario) throws IOException, InterruptedException {
    Optional<List<String>> before = scenario.replaced();
    if (before.isPresent() && !Files.exists(replaced(scenario))) {
      clear(run());
      require(scenario, before.get());
      copy(run(), Files.createDirectories(replaced(scenario)));
    }
    prepare(scenario);
    Tree found = Tree.of(run());
    Child child = program(scenario).start(scenario.words(), run(), streams());
    long written = firstChange(child, found);
    Ended ended = child.await();
    if (ended.code() != 0) {
      throw new IOException(
          scenario.words() + " ended with exit code " + ended.code() + ": " + ended.errors());
    }
    return new Undisturbed(Tree.of(run()), found, written, ended.milliseconds());
  }

  /** Milliseconds until a program makes or removes the first file, or ends. */
  long firstChange(Child child, Tree found) throws IOException, InterruptedException {
    while (child.runsUntil(child.sinceStart() + POLL_MILLISECONDS)) {
      if (entries() != found.entries().size()) {
        break;
      }
    }
    return child.sinceStart();
  }

  private int entries() throws IOException {
    try (Stream<Path> all = Files.walk(run())) {
      return (int) all.count() - 1;
    } catch (java.io.UncheckedIOException e) {
      // Something went while it was counted: the program is at work.
      return -1;
    }
  }

  static void clear(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(folder)) {
          Files.delete(path);
        }
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        if (!path.equals(from)) {
          Files.copy(path, to.resolve(from.relativize(path).toString()));
        }
      }
    }
  }
}
