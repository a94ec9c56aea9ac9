package dev.pbq.core.pipeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.VocabularyTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What embedding and head take, tied ones counted once.
 *
 * @param parameters of both
 * @param storedBits per parameter
 * @param storedBytes of both
 * @param modelShare of the bytes of all weight files
 * @param tables what was quantized; empty where both are stored as in the original
 */
public record VocabularySize(
    long parameters,
    double storedBits,
    long storedBytes,
    double modelShare,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<LinearOutcome> tables) {
  public VocabularySize {
    tables = tables == null ? List.of() : List.copyOf(tables);
  }

  /** What was quantized and by which method, in words: {@code model.embed_tokens by hqq}. */
  public String methods() {
    return tables.stream()
        .map(t -> t.name() + " by " + (t.isCalibrated() ? "calibrated " : "") + t.method())
        .collect(Collectors.joining(", "));
  }

  /**
   * Counts.
   *
   * @param all the tables of the model
   * @param quantized what became of those that were quantized
   * @param modelBytes of all weight files
   * @param original the dense checkpoint, which the others are taken from
   */
  public static VocabularySize of(
      List<VocabularyTable> all,
      List<LinearOutcome> quantized,
      long modelBytes,
      Checkpoint original) {
    Map<String, Long> packedBits = new HashMap<>();
    quantized.forEach(outcome -> packedBits.put(outcome.name(), outcome.storedBits()));
    long parameters = 0;
    long bits = 0;
    for (VocabularyTable table : all) {
      Long packed = packedBits.get(table.name());
      parameters += table.weights();
      bits += packed != null ? packed : 8 * original.info(table.weight()).byteCount();
    }
    return new VocabularySize(
        parameters,
        (double) bits / parameters,
        bits / 8,
        (double) bits / 8 / modelBytes,
        quantized);
  }
}
