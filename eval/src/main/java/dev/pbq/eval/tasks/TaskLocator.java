package dev.pbq.eval.tasks;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.data.CorpusLocator;
import dev.pbq.core.data.DataRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds tasks' data: in a folder, {@code TASK.SPLIT.jsonl}, also with .gz behind, or {@code
 * TASK/SPLIT.jsonl}, or the same with .parquet; then among the data sets of the hub.
 */
public final class TaskLocator {
  private static final List<String> SPLITS = List.of("validation", "test", "train");
  private static final String TRAIN = "train";

  private final Optional<Path> directory;
  private final Optional<CorpusLocator> hub;

  /** Looks in a folder alone. */
  public TaskLocator(Optional<Path> directory) {
    this(directory, Optional.empty());
  }

  /**
   * Looks in a folder and on the hub.
   *
   * @param directory where to look first
   * @param hub looks in the hub's cache, and fetches
   * @throws PbqException NOT_FOUND if the directory does not exist
   */
  public TaskLocator(Optional<Path> directory, Optional<CorpusLocator> hub) {
    directory.ifPresent(
        folder -> {
          if (!Files.isDirectory(folder)) {
            throw PbqException.notFound("data directory " + folder + " does not exist");
          }
        });
    this.directory = directory;
    this.hub = hub;
  }

  /**
   * A task's data.
   *
   * @param split empty for the one that the harness evaluates
   * @param examples whether training rows are wanted
   * @throws PbqException NOT_FOUND telling where was looked, and which splits there are; BAD_DATA
   *     if a file cannot be read
   */
  public TaskData load(Task task, Optional<String> split, boolean examples) {
    String wanted = split.orElse(task.split());
    Optional<Path> file = find(task, wanted);
    if (file.isPresent()) {
      return new TaskData(
          task,
          wanted,
          DataRows.read(file.get()),
          examples ? find(task, TRAIN).map(DataRows::read) : Optional.empty());
    }
    if (hub.isEmpty()) {
      throw missing(task, wanted, Wording.text(""));
    }
    return new TaskData(
        task,
        wanted,
        DataRows.read(onHub(hub.get(), task, wanted)),
        examples ? Optional.of(DataRows.read(onHub(hub.get(), task, TRAIN))) : Optional.empty());
  }

  private List<Path> onHub(CorpusLocator locator, Task task, String split) {
    List<String> files = new ArrayList<>();
    for (String folder : task.hubFolders()) {
      files.add(folder + "/" + split + "-*.parquet");
      files.add(folder + "/" + split + "/*.parquet");
    }
    try {
      return locator.find(task.label(), split, List.of(), List.of(task.dataset()), files);
    } catch (PbqException e) {
      throw missing(task, split, Wording.of("; %s", e.wording()));
    }
  }

  /** A task's data in a file that was named; its split is not known. */
  public static TaskData load(Task task, Path file) {
    if (!Files.isRegularFile(file)) {
      throw PbqException.notFound("task " + task.label() + ": there is no file " + file);
    }
    return new TaskData(task, file.getFileName().toString(), DataRows.read(file), Optional.empty());
  }

  private Optional<Path> find(Task task, String split) {
    return directory.flatMap(
        folder ->
            names(task, split).stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst());
  }

  private static List<String> names(Task task, String split) {
    List<String> names = new ArrayList<>();
    List<String> stems =
        task == Task.WINOGRANDE ? List.of("winogrande", "winogrande_xl") : List.of(task.label());
    for (String stem : stems) {
      for (String end : List.of(".jsonl", ".jsonl.gz", ".parquet")) {
        names.add(stem + "." + split + end);
        names.add(stem + "/" + split + end);
      }
    }
    return names;
  }

  private PbqException missing(Task task, String split, Wording more) {
    List<String> others = SPLITS.stream().filter(other -> find(task, other).isPresent()).toList();
    Wording looked =
        directory
            .map(
                folder ->
                    Wording.of(
                        "looked in %s for %s", folder, String.join(", ", names(task, split))))
            .orElse(Wording.of("no {dataDir} (or PBQ_DATA) was given"));
    return PbqException.notFound(
        Wording.of(
            "task %s: no file of its %s split; %s%s%s",
            task.label(),
            split,
            looked,
            others.isEmpty()
                ? Wording.of("; a file may be given as %s=FILE", task.label())
                : Wording.of("; there is its split %s: see {split}", String.join(", ", others)),
            more));
  }
}
