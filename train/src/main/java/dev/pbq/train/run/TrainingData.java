package dev.pbq.train.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.train.student.TeacherTexts;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run trains on.
 *
 * @param text that is trained on, apart from the windows held out at its end; empty if the teacher
 *     writes texts
 * @param teacherTexts how many texts the teacher writes; 0 with a text
 * @param teacher the model to learn from; empty for the one that is trained
 */
public record TrainingData(
    Optional<CalibrationText> text, int teacherTexts, Optional<ModelFolder> teacher) {
  public TrainingData {
    if (text.isPresent() == teacherTexts > 0) {
      throw new IllegalArgumentException("either a text, or texts of the teacher");
    }
  }

  /** A text, learned from with the model itself as the teacher. */
  public static TrainingData of(CalibrationText text) {
    return new TrainingData(Optional.of(text), 0, Optional.empty());
  }

  /** Adds what shapes the result. */
  public ObjectNode describe(ObjectNode settings) {
    text.ifPresent(t -> settings.put("text", t.name()));
    if (text.isEmpty()) {
      settings.put("selfGenerate", teacherTexts);
    }
    teacher.ifPresent(folder -> settings.put("teacher", folder.path().toString()));
    return settings;
  }

  WrittenTokens written(Path work, String fingerprint, Tokenizer tokenizer, WindowSizes sizes) {
    TeacherTexts texts =
        new TeacherTexts(
            tokenizer.bosTokenId(), tokenizer.eosTokenId(), sizes.tokens(), sizes.seed());
    return new WrittenTokens(work.resolve(WrittenTokens.FILE), fingerprint, texts, teacherTexts);
  }
}
