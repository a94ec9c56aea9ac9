package dev.pbq.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Kills every command in turn, at moments and with signals that follow from a seed, until so many
 * kills have landed.
 */
public final class Torture {
  private final Workplace place;
  private final String model;
  private final long seed;

  /**
   * Prepares.
   *
   * @param folder for everything that is written
   * @param home an installation of the program; empty for the class path
   * @param model a small dense model, {@code tiny} or a folder
   */
  public Torture(Path folder, String home, String model, long seed) throws IOException {
    this.place = new Workplace(folder, home);
    this.model = model;
    this.seed = seed;
  }

  /**
   * Runs.
   *
   * @param kills how many are to land
   * @param names the scenarios; empty for all
   * @param log is given a line for each
   * @return the kills that landed, and runs that were over before
   */
  public List<Kill> run(int kills, List<String> names, Consumer<String> log)
      throws IOException, InterruptedException {
    try (LocalHub hub = new LocalHub(hubFiles())) {
      Scenarios scenarios = new Scenarios(model, place.packed());
      List<Scenario> all = new ArrayList<>(scenarios.offline());
      all.add(Scenarios.pull(hub));
      List<Scenario> chosen =
          all.stream().filter(s -> names.isEmpty() || names.contains(s.name())).toList();
      if (!Files.exists(place.packed())) {
        place.require(all.get(0), scenarios.preparation());
      }
      Map<String, Undisturbed> undisturbed = new HashMap<>();
      for (Scenario scenario : chosen) {
        undisturbed.put(scenario.name(), place.undisturbed(scenario));
      }
      return kills(kills, chosen, undisturbed, log);
    }
  }

  private List<Kill> kills(
      int wanted, List<Scenario> chosen, Map<String, Undisturbed> undisturbed, Consumer<String> log)
      throws IOException, InterruptedException {
    Random random = new Random(seed);
    List<Signal> signals = Signal.heeded();
    List<Kill> done = new ArrayList<>();
    int landed = 0;
    for (int i = 0; landed < wanted; i++) {
      Scenario scenario = chosen.get(i % chosen.size());
      // Each round of scenarios has its signal, beginning with another in each seed.
      int turn = i / chosen.size() + i % chosen.size() + (int) Math.floorMod(seed, 3L);
      List<Signal> turned = new ArrayList<>(signals);
      Collections.rotate(turned, -(turn % signals.size()));
      Trial trial =
          new Trial(
              place, scenario, undisturbed.get(scenario.name()), new Random(random.nextLong()));
      for (Kill kill : trial.killed(turned)) {
        log.accept(kill.line(seed, i));
        done.add(kill);
        landed += kill.landed() ? 1 : 0;
      }
    }
    return done;
  }

  /** The model's files, or, for the one that is built in, some of its size. */
  private Map<String, byte[]> hubFiles() throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    Path folder = Path.of(model);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> list = Files.list(folder)) {
        for (Path file : list.filter(Files::isRegularFile).toList()) {
          files.put(file.getFileName().toString(), Files.readAllBytes(file));
        }
      }
    } else {
      byte[] weights = new byte[1 << 20];
      new Random(seed).nextBytes(weights);
      files.put("model.safetensors", weights);
      files.put(
          "config.json",
          "{\"model_type\":\"llama\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return files;
  }
}
