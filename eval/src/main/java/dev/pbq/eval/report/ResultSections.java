package dev.pbq.eval.report;

import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.distance.DistanceStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results of evaluations as sections of a page. */
public final class ResultSections {
  private ResultSections() {}

  /** A tile for each text. */
  public static List<ReportPage.Tile> tiles(List<PerplexityResult> results) {
    return results.stream()
        .map(
            r ->
                new ReportPage.Tile(
                    "Perplexity on " + shortName(r.dataset()),
                    perplexity(r.perplexity()),
                    format("± %.4f, %d windows of %d tokens", r.stderr(), r.windows(), r.seqlen())))
        .toList();
  }

  /** All perplexities, with what is needed to repeat them. */
  public static Section perplexity(List<PerplexityResult> results) {
    List<List<String>> rows = new ArrayList<>();
    for (PerplexityResult r : results) {
      rows.add(
          List.of(
              shortName(r.dataset()),
              perplexity(r.perplexity()),
              format("%.4f", r.stderr()),
              r.protocol(),
              Integer.toString(r.windows()),
              Integer.toString(r.seqlen()),
              r.text().joined(),
              r.text().sha256().substring(0, 12),
              r.text().tokenizer().substring(0, 12)));
    }
    return new Section.Listing(
        "Perplexity",
        "exp of the mean negative log-likelihood. Texts and tokenizers are named by the first"
            + " twelve digits of their SHA-256.",
        List.of(
            "text",
            "perplexity",
            "±",
            "protocol",
            "windows",
            "tokens",
            "joined",
            "text",
            "tokenizer"),
        rows,
        true);
  }

  /**
   * Distances from one reference.
   *
   * @param labels what each row is called
   * @param results at least one, in the same order
   */
  public static Section distances(List<String> labels, List<DistanceResult> results) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      DistanceStatistics s = results.get(i).statistics();
      rows.add(
          List.of(
              labels.get(i),
              format("%.5f ± %.5f", s.kl().mean(), s.kl().stderr()),
              format("%.5f", s.kl().median()),
              format("%.4f", s.kl().p90()),
              format("%.4f", s.kl().p99()),
              format("%.3f", s.kl().max()),
              format("%.2f ± %.2f", 100 * s.sameTop(), 100 * s.sameTopStderr()),
              format("%.2f", 100 * s.probability().rms()),
              format("%.4f ± %.4f", s.perplexity().ratio(), s.perplexity().ratioStderr())));
    }
    DistanceResult first = results.get(0);
    return new Section.Listing(
        "Distance from " + first.reference(),
        format(
            "KL(original || model) in nats per token; share of tokens whose most likely token stays"
                + " the same; root mean square of the change of the correct token's probability;"
                + " ratio of perplexities with its paired standard error. %d windows of %d tokens"
                + " of %s.",
            first.windows(), first.seqlen(), shortName(first.dataset())),
        List.of(
            "model",
            "KL mean",
            "median",
            "90 %",
            "99 %",
            "max",
            "same top, %",
            "Δp RMS, %",
            "perplexity ratio"),
        rows,
        true);
  }

  /** A text's name without its folders. */
  public static String shortName(String dataset) {
    return dataset.substring(Math.max(dataset.lastIndexOf('/'), dataset.lastIndexOf('\\')) + 1);
  }

  /** Four digits after the point, fewer where the number is large. */
  public static String perplexity(double value) {
    return format(value < 1000 ? "%.4f" : value < 1e6 ? "%.1f" : "%.3g", value);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
