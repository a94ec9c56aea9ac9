package dev.pbq.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Kills one command once and judges what is left, then continues it as its message tells and
 * compares.
 */
final class Trial {
  private static final String RESUME = "--resume";
  private static final String FORCE = "--force";

  /** Of the kills, those at any moment; the others come after the first file was written. */
  private static final double ANY_MOMENT = 0.2;

  /** Of the runs that may be resumed or begun again, those that are resumed. */
  private static final double RESUMED = 0.8;

  private final Workplace place;
  private final Scenario scenario;
  private final Undisturbed undisturbed;
  private final List<String> faults = new ArrayList<>();

  Trial(Workplace place, Scenario scenario, Undisturbed undisturbed) {
    this.place = place;
    this.scenario = scenario;
    this.undisturbed = undisturbed;
  }

  Kill kill(Signal signal, Random random) throws IOException, InterruptedException {
    place.prepare(scenario);
    boolean anyMoment = random.nextDouble() < ANY_MOMENT;
    double share = random.nextDouble();
    Child child = place.program(scenario).start(scenario.words(), place.run(), place.streams());
    boolean landed;
    if (anyMoment) {
      landed = child.runsUntil((long) (share * undisturbed.milliseconds()));
    } else {
      long written = place.firstChange(child, undisturbed.replaced());
      long span = undisturbed.milliseconds() - undisturbed.firstWrite();
      landed = child.runsUntil(written + (long) (share * span));
    }
    long moment = child.sinceStart();
    List<ProcessHandle> children = child.children();
    Ended ended = landed ? child.kill(signal) : child.await();
    if (!Child.orphans(children).isEmpty()) {
      faults.add("a process that it had started lives on");
    }
    judge(signal, landed, ended);
    Tree left = Tree.of(place.run());
    for (String whole : undisturbed.wholes(scenario)) {
      undisturbed.fault(Undisturbed.withoutMarks(left), whole).ifPresent(faults::add);
    }
    String way = goOn(random);
    Tree.of(place.run()).differences(undisturbed.result()).forEach(faults::add);
    leftAmongTemporaries().forEach(name -> faults.add("left among temporary files: " + name));
    return new Kill(
        scenario.name(), signal, moment, left.summary(), ended.code(), landed, way, faults);
  }

  private void judge(Signal signal, boolean landed, Ended ended) {
    boolean expected = landed && ended.code() == signal.exitCode();
    if (!expected && ended.code() != 0) {
      faults.add("exit code " + ended.code() + ": " + ended.last());
    }
    if (ended.messages().size() > 1) {
      faults.add("more than one message: " + ended.messages());
    }
    ended.internals().forEach(line -> faults.add("shows its insides: " + line));
  }

  /** Runs the command again, then as its one line says; how, in a word. */
  private String goOn(Random random) throws IOException, InterruptedException {
    Ended again = run(scenario.words());
    if (again.code() == 0) {
      return "again";
    }
    List<String> messages = again.messages();
    String message = messages.isEmpty() ? "" : messages.get(0);
    boolean resume = message.contains(RESUME);
    boolean force = message.contains(FORCE);
    if (messages.size() != 1 || !(resume || force)) {
      faults.add("exit code " + again.code() + ", and no advice: " + again.errors());
      return "none";
    }
    if (resume && !(force && random.nextDouble() >= RESUMED)) {
      return told(RESUME);
    }
    return told(FORCE);
  }

  private String told(String word) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(scenario.words());
    words.add(word);
    Ended ended = run(words);
    if (ended.code() != 0) {
      faults.add("with " + word + " exit code " + ended.code() + ": " + ended.last());
    }
    return word.substring(2);
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
