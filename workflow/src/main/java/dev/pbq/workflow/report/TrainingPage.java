package dev.pbq.workflow.report;

import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.eval.report.Chart;
import dev.pbq.eval.report.QuantizationSections;
import dev.pbq.eval.report.ReportPage;
import dev.pbq.eval.report.Section;
import dev.pbq.train.run.CurvePoint;
import dev.pbq.train.run.TrainingResult;
import dev.pbq.train.run.TrainingSettings;
import dev.pbq.train.tune.TuneResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The page of a training or tuning: losses and learning rate over the steps, and what was stored.
 *
 * @param facts about the run
 */
public record TrainingPage(RunFacts facts) {
  /** The page of a training. */
  public ReportPage of(TrainingResult result) {
    QuantizationReport report = result.report();
    QuantizationSections parts = new QuantizationSections(report);
    List<ReportPage.Tile> tiles = new ArrayList<>();
    tiles.add(
        new ReportPage.Tile(
            "Held-out perplexity",
            number(result.heldOutAfter()),
            "before training " + number(result.heldOutBefore()) + ", from what is stored"));
    tiles.addAll(parts.tiles());
    List<Section> sections = new ArrayList<>(curves(result.curve(), "negative log-likelihood"));
    sections.addAll(parts.sections());
    sections.add(settings(result.settings(), result.step()));
    sections.add(facts.section());
    return new ReportPage(
        report.model() + ", trained by " + report.method(),
        "How the losses fell, what was stored, and how it was made.",
        tiles,
        sections,
        RunFacts.footer());
  }

  /**
   * The page of a tuning.
   *
   * @param folder that was tuned, for the title
   */
  public ReportPage of(String folder, TuneResult result) {
    List<ReportPage.Tile> tiles =
        List.of(
            new ReportPage.Tile(
                "Held-out KL from the original",
                number(result.after()),
                "before tuning " + number(result.before()) + ", from what is stored"),
            new ReportPage.Tile(
                "Stored bits per weight",
                number(result.bitsAfter().bitsPerWeight()),
                "of the tuned layers; before tuning "
                    + number(result.bitsBefore().bitsPerWeight())));
    List<Section> sections = new ArrayList<>(curves(result.curve(), "KL from the original"));
    sections.add(settings(result.settings(), result.bestStep()));
    sections.add(facts.section());
    return new ReportPage(
        folder + ", tuned",
        "Scales, means and norms learned from the original model; codes stayed.",
        tiles,
        sections,
        RunFacts.footer());
  }

  private static List<Section> curves(List<CurvePoint> curve, String measure) {
    List<Section> sections = new ArrayList<>();
    sections.add(
        new Section.Figure(
            "Held-out windows",
            "In nats per token; straight lines between two looks.",
            "The loss of the held-out windows over the steps of the run",
            new Chart.Lines(
                "step", measure, 0, List.of(new Chart.Part("held out", between(curve))))));
    if (curve.size() > 1) {
      sections.add(
          line(curve, "Training loss", "Of each step, before it.", "loss", CurvePoint::loss));
      sections.add(line(curve, "Learning rate", "", "learning rate", CurvePoint::learningRate));
      sections.add(
          line(
              curve, "Gradients", "Their norm before clipping.", "norm", CurvePoint::gradientNorm));
    }
    return sections;
  }

  private static Section line(
      List<CurvePoint> curve,
      String title,
      String note,
      String axis,
      Function<CurvePoint, Double> value) {
    List<Double> values = curve.stream().skip(1).map(value).toList();
    return new Section.Figure(
        title,
        note,
        title + " over the steps of the run",
        new Chart.Lines("step", axis, 1, List.of(new Chart.Part(axis, values))));
  }

  /** The held-out loss at every step, between two looks on a straight line. */
  private static List<Double> between(List<CurvePoint> curve) {
    List<Double> values = new ArrayList<>();
    CurvePoint last = curve.get(0);
    values.add(last.heldOut());
    for (CurvePoint point : curve) {
      if (point.heldOut() != null && point.step() > last.step()) {
        int steps = point.step() - last.step();
        for (int i = 1; i <= steps; i++) {
          values.add(last.heldOut() + (point.heldOut() - last.heldOut()) * i / steps);
        }
        last = point;
      }
    }
    return values;
  }

  private static Section settings(TrainingSettings s, int step) {
    List<List<String>> rows =
        List.of(
            List.of("steps", Integer.toString(s.schedule().steps())),
            List.of("result", "state after step " + step),
            List.of(
                "tokens of a step",
                s.accumulate() + " x " + s.batch() + " windows of " + s.tokens()),
            List.of("learning rate", Double.toString(s.schedule().peak())),
            List.of(
                "schedule",
                s.schedule().shape().name().toLowerCase(Locale.ROOT)
                    + ", "
                    + s.schedule().warmup()
                    + " steps of warm-up"),
            List.of("clipping", Double.toString(s.clip())),
            List.of("seed", Long.toString(s.seed())),
            List.of("held out", s.heldOut() + " windows"));
    return new Section.Listing("Training", "", List.of(), rows, false);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
