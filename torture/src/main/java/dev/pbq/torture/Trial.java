package dev.pbq.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Kills one command, once or a few times in a row, and judges what is left each time; then
 * continues it as its message tells and compares.
 */
final class Trial {
  private static final String RESUME = "--resume";
  private static final String FORCE = "--force";

  /** Of the kills, those at any moment; the others come after the first change of a file. */
  private static final double ANY_MOMENT = 0.2;

  /** Of the runs that may be resumed or begun again, those that are resumed. */
  private static final double RESUMED = 0.8;

  private static final int MOST_KILLS = 3;

  private final Workplace place;
  private final Scenario scenario;
  private final Undisturbed undisturbed;
  private final Random random;
  private final List<Kill> kills = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  Trial(Workplace place, Scenario scenario, Undisturbed undisturbed, Random random) {
    this.place = place;
    this.scenario = scenario;
    this.undisturbed = undisturbed;
    this.random = random;
  }

  /** The kills, in order; faults of the end are told with the last. */
  List<Kill> killed(List<Signal> signals) throws IOException, InterruptedException {
    place.prepare(scenario);
    kill(signals.get(0), scenario.words(), "first");
    String way = "again";
    List<String> words = scenario.words();
    Ended ended = run(words);
    for (int turn = 1; ended.code() != 0 && turn < MOST_KILLS + 2; turn++) {
      way = advice(ended);
      if (way.isEmpty()) {
        break;
      }
      words = new ArrayList<>(scenario.words());
      words.add(way);
      if (turn < MOST_KILLS && random.nextBoolean()) {
        kill(signals.get(turn % signals.size()), words, way);
      }
      ended = run(words);
    }
    if (ended.code() != 0) {
      faults.add("not continued: exit code " + ended.code() + ": " + ended.errors());
    }
    Tree.of(place.run()).differences(undisturbed.result()).forEach(faults::add);
    leftAmongTemporaries().forEach(name -> faults.add("left among temporary files: " + name));
    Kill last = kills.remove(kills.size() - 1);
    kills.add(last.withFaults(faults).ended(way));
    return kills;
  }

  private void kill(Signal signal, List<String> words, String way)
      throws IOException, InterruptedException {
    Tree found = Tree.of(place.run());
    boolean anyMoment = random.nextDouble() < ANY_MOMENT;
    double share = random.nextDouble();
    Child child = place.program(scenario).start(words, place.run(), place.streams());
    boolean landed;
    if (anyMoment) {
      landed = child.runsUntil((long) (share * undisturbed.milliseconds()));
    } else {
      long written = place.firstChange(child, found);
      long span = undisturbed.milliseconds() - undisturbed.firstWrite();
      landed = child.runsUntil(written + (long) (share * span));
    }
    long moment = child.sinceStart();
    List<ProcessHandle> children = child.children();
    Ended ended = landed ? child.kill(signal) : child.await();
    List<String> seen = judge(signal, landed, ended);
    if (!Child.orphans(children).isEmpty()) {
      seen.add("a process that it had started lives on");
    }
    Tree left = Tree.of(place.run());
    for (String whole : undisturbed.wholes(scenario)) {
      undisturbed.fault(Undisturbed.withoutMarks(left), whole).ifPresent(seen::add);
    }
    // One that was about to end by itself was not killed.
    boolean killed = landed && ended.code() == signal.exitCode();
    kills.add(
        new Kill(scenario.name(), signal, moment, left.summary(), ended.code(), killed, way, seen));
  }

  private static List<String> judge(Signal signal, boolean landed, Ended ended) {
    List<String> seen = new ArrayList<>();
    boolean expected = landed && ended.code() == signal.exitCode();
    if (!expected && ended.code() != 0) {
      seen.add("exit code " + ended.code() + ": " + ended.last());
    }
    if (ended.messages().size() > 1) {
      seen.add("more than one message: " + ended.messages());
    }
    ended.internals().forEach(line -> seen.add("shows its insides: " + line));
    return seen;
  }

  /** The option that the one line of a refusal names; empty, and a fault, if it names none. */
  private String advice(Ended refusal) {
    List<String> messages = refusal.messages();
    String message = messages.isEmpty() ? "" : messages.get(0);
    boolean resume = message.contains(RESUME);
    boolean force = message.contains(FORCE);
    if (messages.size() != 1 || !(resume || force)) {
      faults.add("exit code " + refusal.code() + ", and no advice: " + refusal.errors());
      return "";
    }
    return resume && !(force && random.nextDouble() >= RESUMED) ? RESUME : FORCE;
  }

  private Ended run(List<String> words) throws IOException, InterruptedException {
    Ended ended = place.program(scenario).run(words, place.run(), place.streams());
    ended.internals().forEach(line -> faults.add("shows its insides: " + line));
    return ended;
  }

  private List<String> leftAmongTemporaries() throws IOException {
    try (Stream<Path> files = Files.list(place.temporary())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("pbq-"))
          .toList();
    }
  }
}
