package dev.pbq.eval.tasks;

import dev.pbq.core.data.DataRows;
import java.util.Optional;

/**
 * A task with its data.
 *
 * @param split that is evaluated
 * @param rows of that split
 * @param examples rows of the training split, for few-shot prompts; where they are not available
 *     examples come from the rows that are evaluated, each without itself
 */
public record TaskData(Task task, String split, DataRows rows, Optional<DataRows> examples) {}
