package dev.pbq.core.pipeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.JsonFiles;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.packed.BitAccount;
import dev.pbq.core.packed.BitKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The report of a run, {@code pbq-report.json} beside the weights.
 *
 * @param version of the program
 * @param model as the user named it
 * @param method the main method
 * @param settings as in {@code config.json}
 * @param calibration the data used, or null for data-free methods
 * @param size what was stored
 * @param vocabulary what embedding and head take of it, quantized or not; null in reports of older
 *     programs
 * @param linears every quantized linear of the blocks, in order
 * @param corrections what block-wise error correction did, block by block and input by input; empty
 *     without it
 * @param seconds wall time over all sessions of the run
 * @param peakRssBytes the process's largest resident set, where the operating system reports it; of
 *     the last session
 * @param tensorsSha256 {@link dev.pbq.core.checkpoint.TensorDigest} of the result; null in reports
 *     of older programs
 */
public record QuantizationReport(
    String version,
    String model,
    String method,
    JsonNode settings,
    CalibrationUsed calibration,
    Size size,
    VocabularySize vocabulary,
    List<LinearOutcome> linears,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<CorrectionOutcome> corrections,
    double seconds,
    Long peakRssBytes,
    @JsonInclude(JsonInclude.Include.NON_NULL) String tensorsSha256) {
  /** Its file in a packed folder. */
  public static final String FILE = "pbq-report.json";

  public QuantizationReport {
    Objects.requireNonNull(method);
    Objects.requireNonNull(settings);
    Objects.requireNonNull(size);
    linears = List.copyOf(linears);
    corrections = corrections == null ? List.of() : List.copyOf(corrections);
  }

  /**
   * Reads the report of a packed folder.
   *
   * @throws PbqException NOT_FOUND if there is none; BAD_DATA if it is no report
   */
  public static QuantizationReport read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      return new ObjectMapper()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .treeToValue(JsonFiles.readObject(file), QuantizationReport.class);
    } catch (JsonProcessingException e) {
      throw PbqException.badData(file + " is no report of pbq: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * The calibration data.
   *
   * @param dataset name or file
   * @param joined how its text was put together
   * @param windows how many
   * @param tokens of each window
   * @param seed of the sampler
   * @param sha256 of the token ids
   */
  public record CalibrationUsed(
      String dataset, String joined, int windows, int tokens, long seed, String sha256) {
    static CalibrationUsed of(Calibration data) {
      return new CalibrationUsed(
          data.dataset(),
          data.joined(),
          data.windows().length,
          data.tokens(),
          data.seed(),
          data.sha256());
    }
  }

  /**
   * Sizes, from bytes written.
   *
   * @param quantizedWeights weights in quantized linears
   * @param paperBits bits per quantized weight as the method's paper counts
   * @param storedBits bits per quantized weight as stored, everything that they need included
   * @param storedByKind the same, by kind, in bits
   * @param modelParameters parameters of the whole model, embeddings, head and norms included
   * @param modelBytes bytes of all weight files
   * @param modelBits bits per parameter of the whole model
   * @param originalBytes bytes of the tensors of the original checkpoint
   */
  public record Size(
      long quantizedWeights,
      double paperBits,
      double storedBits,
      Map<BitKind, Long> storedByKind,
      long modelParameters,
      long modelBytes,
      double modelBits,
      long originalBytes) {
    public Size {
      storedByKind.values().forEach(Objects::requireNonNull);
    }

    /**
     * Counts.
     *
     * @param linears what became of every quantized linear
     * @param written all weight files
     * @param original the dense checkpoint
     */
    public static Size of(
        List<LinearOutcome> linears, CheckpointWriter.Written written, Checkpoint original) {
      BitAccount bits = BitAccount.empty();
      double paperBits = 0;
      for (LinearOutcome l : linears) {
        long weights = (long) l.rows() * l.cols();
        bits = bits.plus(new BitAccount(weights, l.bits()));
        paperBits += l.paperBits() * weights;
      }
      long parameters = 0;
      for (String name : original.names()) {
        parameters += original.info(name).elementCount();
      }
      return new Size(
          bits.weights(),
          bits.weights() == 0 ? 0 : paperBits / bits.weights(),
          bits.weights() == 0 ? 0 : bits.bitsPerWeight(),
          bits.byKind(),
          parameters,
          written.fileBytes(),
          8.0 * written.fileBytes() / parameters,
          original.totalBytes());
    }
  }
}
