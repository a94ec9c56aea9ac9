package dev.pbq.export;

import java.nio.file.Path;
import java.util.List;

/** A further look at what an exporter has written and compared, before it gets its name. */
@FunctionalInterface
public interface ExportCheck {
  /** Looks at nothing more. */
  ExportCheck NONE = (written, tensors) -> List.of();

  /**
   * Looks.
   *
   * @param written the folder or file, complete, in its partial place
   * @param tensors what was stored, with the error of each
   * @return notes for the report
   * @throws dev.pbq.core.PbqException BAD_DATA if it is not the model that was meant: it does not
   *     get its name
   */
  List<String> look(Path written, List<ExportedTensor> tensors);
}
