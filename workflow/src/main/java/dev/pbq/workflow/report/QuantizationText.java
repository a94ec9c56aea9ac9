package dev.pbq.workflow.report;

import dev.pbq.core.Amounts;
import dev.pbq.core.pipeline.CorrectionOutcome;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.VocabularySize;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The result of a quantization in a few lines of text. */
public final class QuantizationText {
  private QuantizationText() {}

  /**
   * Writes it.
   *
   * @param output the folder made
   */
  public static void print(Path output, QuantizationReport report, PrintWriter out) {
    QuantizationReport.Size size = report.size();
    out.printf(
        Locale.ROOT,
        "%s: %d linears, %s in %s%s%n",
        output,
        report.linears().size(),
        report.method(),
        Amounts.duration(report.seconds()),
        report.peakRssBytes() == null
            ? ""
            : ", peak memory " + Amounts.bytes(report.peakRssBytes()));
    if (report.linears().isEmpty()) {
      out.println("  linear layers  none is quantized");
    } else {
      out.printf(
          Locale.ROOT,
          "  linear layers  %.4f bits per weight stored (%s); %.2f by the paper's count%n",
          size.storedBits(),
          kinds(size),
          size.paperBits());
    }
    if (!report.corrections().isEmpty()) {
      // Of a block the last stands: that of the finished block.
      Map<Integer, CorrectionOutcome> last = new TreeMap<>();
      report.corrections().forEach(c -> last.put(c.block(), c));
      out.printf(
          Locale.ROOT,
          "  block-wise     error of what is trained falls by %.1f %% on average; of finished"
              + " blocks %.4f on average%n",
          100
              * report.corrections().stream()
                  .filter(c -> c.errorBefore() > 0 && !c.equals(last.get(c.block())))
                  .mapToDouble(c -> 1 - c.error() / c.errorBefore())
                  .average()
                  .orElse(0),
          last.values().stream().mapToDouble(CorrectionOutcome::error).average().orElse(0));
    }
    if (report.vocabulary() != null) {
      printVocabulary(report.vocabulary(), out);
    }
    out.printf(
        Locale.ROOT,
        "  whole model    %.4f bits per parameter, %s (was %s)%n",
        size.modelBits(),
        Amounts.bytes(size.modelBytes()),
        Amounts.bytes(size.originalBytes()));
    if (report.tensorsSha256() != null) {
      out.printf("  tensors        sha256 %s%n", report.tensorsSha256());
    }
  }

  private static void printVocabulary(VocabularySize vocabulary, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "  vocabulary     %.4f bits per parameter (embedding and head, %s), %s, %.1f %% of the"
            + " model%n",
        vocabulary.storedBits(),
        vocabulary.tables().isEmpty() ? "not quantized" : vocabulary.methods(),
        Amounts.bytes(vocabulary.storedBytes()),
        100 * vocabulary.modelShare());
  }

  private static String kinds(QuantizationReport.Size size) {
    return size.storedByKind().entrySet().stream()
        .map(
            e ->
                String.format(
                    Locale.ROOT,
                    "%s %.3f",
                    e.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    (double) e.getValue() / size.quantizedWeights()))
        .collect(Collectors.joining(", "));
  }
}
