package dev.pbq.train.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The loss curve beside a result: one JSON object in a line for each step. */
public final class LossCurve {
  /** Its file. */
  public static final String FILE = "training.jsonl";

  private static final ObjectMapper JSON = new ObjectMapper();

  private LossCurve() {}

  /** Writes a curve into a folder. */
  public static void write(Path folder, List<CurvePoint> curve) {
    StringBuilder lines = new StringBuilder();
    try {
      for (CurvePoint point : curve) {
        lines.append(JSON.writeValueAsString(point)).append('\n');
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a curve is numbers", e);
    }
    AtomicFile.write(folder.resolve(FILE), lines.toString().getBytes(StandardCharsets.UTF_8));
  }
}
