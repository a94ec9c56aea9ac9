package dev.pbq.workflow.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.JsonFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** The files of a comparison: Markdown for people, CSV and JSON for programs. */
public final class ComparisonFiles {
  /** File name without its extension. */
  public static final String NAME = "compare";

  private static final ObjectMapper JSON = new ObjectMapper();

  private ComparisonFiles() {}

  /** Writes all three files, each whole or not at all. */
  public static void write(Comparison comparison, Path root) {
    JsonFiles.write(root.resolve(NAME + ".json"), JSON.valueToTree(comparison));
    writeText(root.resolve(NAME + ".csv"), comparison.numbers().csv());
    StringBuilder markdown = new StringBuilder();
    markdown.append("# ").append(comparison.model()).append("\n\n");
    markdown.append(comparison.table().markdown()).append('\n');
    markdown.append(explanation(comparison)).append("\n");
    for (Row.Failed row : comparison.failures()) {
      markdown.append("\n- ").append(row.label()).append(" failed: ").append(row.failure());
    }
    markdown.append(comparison.failures().isEmpty() ? "\n" : "\n\n");
    markdown
        .append("    ")
        .append(comparison.command())
        .append("\n\npbq ")
        .append(comparison.version());
    writeText(root.resolve(NAME + ".md"), markdown.append("\n").toString());
  }

  private static void writeText(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** What the columns are, in two or three sentences. */
  public static String explanation(Comparison comparison) {
    StringBuilder text =
        new StringBuilder(
            "Bits are per weight: paper and stored of the quantized layers, model of the whole;"
                + " GB is the whole checkpoint. Seconds and peak RSS are of quantizing, each in a"
                + " process of its own.");
    comparison.measured().stream()
        .map(row -> row.scores().fromOriginal())
        .flatMap(Optional::stream)
        .findFirst()
        .ifPresent(
            d ->
                text.append(" KL(original || model) in nats per token and same top token: ")
                    .append(d.windows())
                    .append(" windows of ")
                    .append(d.seqlen())
                    .append(" tokens of ")
                    .append(d.dataset())
                    .append('.'));
    return text.toString();
  }
}
