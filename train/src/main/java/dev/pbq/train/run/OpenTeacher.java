package dev.pbq.train.run;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.run.OpenModel;
import dev.pbq.eval.run.Running;
import java.util.Optional;

/**
 * The model to learn from: the one that is trained, or another one, which this owns.
 *
 * @param folder of the teacher
 * @param open the teacher, opened
 * @param owned whether {@code open} is another one than the student's
 */
record OpenTeacher(ModelFolder folder, OpenModel open, boolean owned) implements AutoCloseable {
  /**
   * Opens another teacher, if there is one.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA if it is not dense or has other tokens
   */
  static OpenTeacher open(
      ModelFolder student, OpenModel open, Optional<ModelFolder> other, Running running) {
    if (other.isEmpty()) {
      return new OpenTeacher(student, open, false);
    }
    ModelFolder folder = other.get();
    OpenModel opened = OpenModel.open(folder, Optional.empty(), TokenChoice.DEFAULT, running);
    try {
      SameTokens.require(folder, opened, open);
      return new OpenTeacher(folder, opened, true);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  CausalModel model() {
    return open.model();
  }

  WeightSource weights() {
    return open.weights();
  }

  /** The weights, if they are not the student's. */
  Optional<Checkpoint> other() {
    return owned ? Optional.of((Checkpoint) open.weights()) : Optional.empty();
  }

  /**
   * Refuses a teacher whose hidden states have another shape.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA
   */
  void requireShapeOf(OpenModel student) {
    SameTokens.requireShape(folder, open, student);
  }

  @Override
  public void close() {
    if (owned) {
      open.close();
    }
  }
}
