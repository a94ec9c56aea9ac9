package dev.pbq.train.run;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.train.method.TrainingDefaults;
import dev.pbq.train.student.TokenWindows;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The windows of a run: cut from a text before any work is done, or written by the teacher when the
 * engine runs.
 *
 * @param sizes of the windows
 * @param data what they are made of
 * @param open the model whose tokens they hold, lent
 * @param read those of a text; empty if the teacher writes
 */
public record RunWindows(
    WindowSizes sizes, TrainingData data, OpenModel open, Optional<TokenWindows> read) {

  /**
   * Cuts the text, if there is one.
   *
   * @throws dev.pbq.core.PbqException USAGE for windows that the model has no positions for;
   *     BAD_DATA for a text shorter than one batch
   */
  public static RunWindows of(
      TrainingPlan plan, TrainingDefaults defaults, TrainingData data, OpenModel open) {
    WindowSizes sizes = plan.windows(defaults, open.model().maxPositions());
    sizes.requirePositions(open.model());
    return new RunWindows(
        sizes,
        data,
        open,
        data.text().map(text -> TrainingText.windows(text, open.tokenizer(), sizes)));
  }

  /**
   * Windows ready to train on.
   *
   * @param written texts of the teacher, kept until the run is complete
   */
  public record Made(TokenWindows windows, WrittenTokens written) {}

  /**
   * The windows; the teacher writes them if it must and has not yet.
   *
   * @param work the folder that the run works in
   * @param fingerprint of the run, without what the windows do not depend on
   * @param teacher that writes
   * @param weights the teacher's, lent
   */
  public Made make(
      NDManager manager,
      Path work,
      ObjectNode fingerprint,
      CausalModel teacher,
      WeightSource weights,
      TrainingProgress progress) {
    ObjectNode parts = data.describe(fingerprint.deepCopy());
    parts.setAll(sizes.describe());
    WrittenTokens written = data.written(work, parts.toString(), open.tokenizer(), sizes);
    TokenWindows windows =
        read.orElseGet(
            () ->
                TrainingText.pack(
                    written.tokens(manager, teacher, weights, progress),
                    sizes,
                    "what the teacher wrote"));
    return new Made(windows, written);
  }
}
