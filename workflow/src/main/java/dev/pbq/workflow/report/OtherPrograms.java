package dev.pbq.workflow.report;

import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.tensor.LinearForm;
import java.nio.file.Path;
import java.util.List;

/** How other programs get a packed model, which they cannot read as it is. */
public final class OtherPrograms {
  private OtherPrograms() {}

  /**
   * One line with the command.
   *
   * @param folder that pbq packed
   * @throws dev.pbq.core.PbqException as {@link PackedCheckpoint#open}
   */
  public static Wording line(Path folder) {
    List<LinearForm> others;
    try (PackedCheckpoint weights = PackedCheckpoint.open(ModelFolder.open(folder))) {
      others =
          weights.packedLinears().stream()
              .map(weights::form)
              .filter(form -> !form.isLinearMap())
              .toList();
    }
    if (others.stream().anyMatch(LinearForm::signsInput)) {
      return Wording.text(
          "  other programs  none: pbq alone runs layers that take signs of inputs");
    }
    return Wording.of(
        "  other programs  read it after: pbq export %s {format} %s {out} %s-%s",
        folder, others.isEmpty() ? "hf" : "onebit", folder, others.isEmpty() ? "hf" : "onebit");
  }
}
