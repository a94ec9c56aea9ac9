package dev.pbq.cli.option;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.LabeledCorpora;
import dev.pbq.core.data.LabeledSet;
import dev.pbq.train.run.LabeledTraining;
import dev.pbq.workflow.source.Texts;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** Labelled texts that a classifier is trained on. */
public final class TaskOptions {
  @Option(
      names = "--task",
      paramLabel = "sst2|FILE",
      description =
          "format-tune: train a classifier (BERT, or OPT with a score head) on labelled texts, as"
              + " 'pbq eval-classify --data' reads them; sst2 is its training split.")
  private String task;

  @Option(
      names = "--held-out-task",
      paramLabel = "sst2|FILE",
      description =
          "Labelled texts whose accuracy is measured after every epoch (default: the validation"
              + " split of sst2; of a file its last --held-out texts).")
  private String heldOut;

  /** Whether labels are learned. */
  public boolean isGiven() {
    if (task == null && heldOut != null) {
      throw PbqException.usage("--held-out-task needs --task");
    }
    return task != null;
  }

  /**
   * Reads the texts.
   *
   * @param last texts held out at the end of a file
   * @throws PbqException NOT_FOUND or BAD_DATA as the reading of labelled texts does
   */
  public LabeledTraining read(Texts texts, int last) {
    String others = heldOut == null && LabeledCorpora.hasTraining(task) ? task : heldOut;
    Optional<LabeledSet> measured =
        Optional.ofNullable(others).map(name -> texts.labeled(name, OptionalInt.empty()));
    return LabeledTraining.of(texts.labeledTraining(task, OptionalInt.empty()), measured, last);
  }
}
