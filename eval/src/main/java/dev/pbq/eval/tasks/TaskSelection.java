package dev.pbq.eval.tasks;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.CorpusLocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tasks by the names that users give them.
 *
 * @param names tasks, {@code TASK=FILE}, or presets
 * @param directory where their data is looked for first
 * @param hub looks on the hub
 * @param split to evaluate; empty for the harness' choice
 */
public record TaskSelection(
    List<String> names, Optional<Path> directory, CorpusLocator hub, Optional<String> split) {
  public TaskSelection {
    names = List.copyOf(names);
  }

  /** The preset, if one was named and nothing else. */
  public Optional<TaskPreset> preset() {
    return names.size() == 1 ? TaskPreset.named(names.get(0)) : Optional.empty();
  }

  /**
   * Reads the data of every task once.
   *
   * @param examples whether examples for few-shot prompts are wanted
   * @throws PbqException USAGE for an unknown task; NOT_FOUND or BAD_DATA for its data
   */
  public List<TaskData> load(boolean examples) {
    TaskLocator locator = new TaskLocator(directory, Optional.of(hub));
    List<TaskData> tasks = new ArrayList<>();
    Set<Task> seen = new LinkedHashSet<>();
    for (String name : names) {
      Optional<TaskPreset> preset = TaskPreset.named(name);
      int file = name.indexOf('=');
      List<Task> named =
          preset
              .map(TaskPreset::tasks)
              .orElseGet(() -> List.of(Task.named(file < 0 ? name : name.substring(0, file))));
      for (Task task : named) {
        if (seen.add(task)) {
          tasks.add(
              file < 0
                  ? locator.load(task, split, examples)
                  : TaskLocator.load(task, Path.of(name.substring(file + 1))));
        }
      }
    }
    return tasks;
  }
}
