package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.eval.run.OpenModel;
import java.util.Arrays;

/** What a teacher must share with its student. */
public final class SameTokens {
  private static final String SAMPLE = "The cat sat on 12 mats, and then it didn't.\n";

  private SameTokens() {}

  /**
   * Refuses a model that cannot teach another one: one that is quantized, or that has other tokens.
   *
   * @param folder of the teacher
   * @param teacher opened
   * @throws PbqException BAD_DATA
   */
  public static void require(ModelFolder folder, OpenModel teacher, OpenModel student) {
    if (!(teacher.weights() instanceof Checkpoint dense)) {
      throw PbqException.badData(folder.path() + " is not dense: it cannot be the teacher");
    }
    Checkpoints.requireDense(folder, dense);
    int vocabulary = student.model().vocabularySize();
    int other = teacher.model().vocabularySize();
    if (vocabulary != other) {
      throw PbqException.badData(
          folder.path()
              + " has "
              + other
              + " tokens, the model that learns from it "
              + vocabulary
              + ": it cannot be the teacher");
    }
    Tokenizer a = student.tokenizer();
    Tokenizer b = teacher.tokenizer();
    if (!Arrays.equals(a.encode(SAMPLE), b.encode(SAMPLE))) {
      throw PbqException.badData(
          folder.path()
              + " has another tokenizer than the model that learns from it: it cannot be the"
              + " teacher");
    }
  }

  /**
   * Refuses a teacher whose hidden states have another shape than the student's.
   *
   * @throws PbqException BAD_DATA
   */
  static void requireShape(ModelFolder folder, OpenModel teacher, OpenModel student) {
    int blocks = teacher.model().blocks();
    int hidden = teacher.model().hiddenSize();
    if (blocks != student.model().blocks() || hidden != student.model().hiddenSize()) {
      throw PbqException.badData(
          "%s has %s blocks of hidden size %s, the model that learns from it %s of %s: the loss compares their hidden states"
              .formatted(
                  folder.path(),
                  blocks,
                  hidden,
                  student.model().blocks(),
                  student.model().hiddenSize()));
    }
  }
}
