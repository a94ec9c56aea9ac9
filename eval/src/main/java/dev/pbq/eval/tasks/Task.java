package dev.pbq.eval.tasks;

import dev.pbq.core.NearestName;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.DataRow;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The tasks that are known, with what lm-evaluation-harness says of each. */
public enum Task {
  PIQA("piqa", "baber/piqa", "validation", 1.0, Metric.BOTH),
  ARC_EASY("arc_easy", "allenai/ai2_arc", "test", 1.0, Metric.BOTH),
  ARC_CHALLENGE("arc_challenge", "allenai/ai2_arc", "test", 1.0, Metric.BOTH),
  HELLASWAG("hellaswag", "Rowan/hellaswag", "validation", 1.0, Metric.BOTH),
  WINOGRANDE("winogrande", "allenai/winogrande", "validation", 1.0, Metric.ACC),
  BOOLQ("boolq", "aps/super_glue", "validation", 2.0, Metric.ACC),
  OPENBOOKQA("openbookqa", "allenai/openbookqa", "test", 1.0, Metric.BOTH),
  LAMBADA_OPENAI("lambada_openai", "EleutherAI/lambada_openai", "test", 1.0, Metric.GREEDY),
  COPA("copa", "aps/super_glue", "validation", 1.0, Metric.ACC);

  /** What is measured. */
  public enum Metric {
    /** acc. */
    ACC,
    /** acc and acc_norm. */
    BOTH,
    /** Greedy match as acc, and perplexity. */
    GREEDY
  }

  private final String label;
  private final String dataset;
  private final String split;
  private final double version;
  private final Metric metric;

  Task(String label, String dataset, String split, double version, Metric metric) {
    this.label = label;
    this.dataset = dataset;
    this.split = split;
    this.version = version;
    this.metric = metric;
  }

  /** The harness' name. */
  public String label() {
    return label;
  }

  /** The data's repository on the Hugging Face hub. */
  public String dataset() {
    return dataset;
  }

  /** The folders of that repository that may hold this task's files. */
  List<String> hubFolders() {
    return switch (this) {
      case ARC_EASY -> List.of("ARC-Easy");
      case ARC_CHALLENGE -> List.of("ARC-Challenge");
      case WINOGRANDE -> List.of("winogrande_xl");
      case OPENBOOKQA -> List.of("main");
      case BOOLQ, COPA -> List.of(label);
      case PIQA, HELLASWAG, LAMBADA_OPENAI -> List.of("data", "default", "plain_text");
    };
  }

  /** The split that the harness evaluates. */
  public String split() {
    return split;
  }

  /** The harness' version of the task. */
  public double version() {
    return version;
  }

  /** What is measured. */
  public Metric metric() {
    return metric;
  }

  /**
   * A row as a question.
   *
   * @throws PbqException BAD_DATA naming file, line and field if the row is not this task's
   */
  public TaskItem item(DataRow row, PromptStyle style) {
    return switch (this) {
      case PIQA -> Prompts.piqa(row, style);
      case ARC_EASY, ARC_CHALLENGE -> Prompts.arc(row);
      case HELLASWAG -> Prompts.hellaSwag(row);
      case WINOGRANDE -> Prompts.winogrande(row);
      case BOOLQ -> Prompts.boolQ(row);
      case OPENBOOKQA -> Prompts.openBookQa(row, style);
      case LAMBADA_OPENAI -> Prompts.lambada(row);
      case COPA -> Prompts.copa(row, style);
    };
  }

  /**
   * The task of a name.
   *
   * @throws PbqException USAGE naming the nearest task if there is none
   */
  public static Task named(String name) {
    for (Task task : values()) {
      if (task.label.equals(name)) {
        return task;
      }
    }
    throw PbqException.usage(
        "task "
            + name
            + " is unknown; did you mean "
            + NearestName.of(name, labels())
            + "? There are "
            + labels().stream().collect(Collectors.joining(", ")));
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Task::label).toList();
  }
}
