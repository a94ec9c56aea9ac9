package dev.pbq.train.run;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.train.student.Teacher;
import dev.pbq.train.student.TeacherTexts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Texts that a teacher writes for a run, kept beside its state so that a run that is resumed does
 * not write them again.
 *
 * @param file where they are kept
 * @param fingerprint everything that shapes the run; texts of another are refused
 * @param texts how the teacher writes
 * @param count of texts
 */
public record WrittenTokens(Path file, String fingerprint, TeacherTexts texts, int count) {
  /** Their file in the folder that a run works in. */
  static final String FILE = "training.texts";

  /** The tokens, read or written; {@code weights} are the teacher's, lent. */
  int[] tokens(
      NDManager manager, CausalModel model, WeightSource weights, TrainingProgress progress) {
    if (Files.exists(file)) {
      return read();
    }
    try (Teacher teacher = new Teacher(manager, model, weights)) {
      int[] written =
          texts.write(manager, model, teacher, count, done -> progress.written(done, count));
      byte[] name = fingerprint.getBytes(StandardCharsets.UTF_8);
      ByteBuffer bytes =
          ByteBuffer.allocate(
              Math.addExact(
                  Integer.BYTES + name.length, Math.multiplyExact(Integer.BYTES, written.length)));
      bytes.putInt(name.length).put(name).asIntBuffer().put(written);
      AtomicFile.write(file, bytes.array());
      return written;
    }
  }

  private int[] read() {
    try {
      byte[] all = Files.readAllBytes(file);
      byte[] name = fingerprint.getBytes(StandardCharsets.UTF_8);
      int begin = Integer.BYTES + name.length;
      boolean same =
          all.length >= begin
              && ByteBuffer.wrap(all).getInt() == name.length
              && Arrays.equals(all, Integer.BYTES, begin, name, 0, name.length);
      if (!same) {
        throw PbqException.setting("{resume}: the unfinished run is another one: see %s", file);
      }
      ByteBuffer bytes = ByteBuffer.wrap(all, begin, all.length - begin);
      int[] tokens = new int[bytes.remaining() / Integer.BYTES];
      bytes.asIntBuffer().get(tokens);
      return tokens;
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file, e);
    }
  }

  /** Removes the file, at the end of a run. */
  public void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw PbqException.resources("cannot remove " + file, e);
    }
  }
}
