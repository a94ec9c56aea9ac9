package dev.pbq.workflow.report;

import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.report.QuantizationSections;
import dev.pbq.eval.report.ReportPage;
import dev.pbq.eval.report.ResultSections;
import dev.pbq.eval.report.Section;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Pages of one model: how it was quantized, and its perplexity. */
public final class ResultPages {
  private final RunFacts facts;

  /** Pages with a section about the run. */
  public ResultPages(RunFacts facts) {
    this.facts = facts;
  }

  /**
   * The page of a quantization.
   *
   * @param results perplexity of the result; may be empty
   */
  public ReportPage quantization(QuantizationReport report, List<PerplexityResult> results) {
    QuantizationSections parts = new QuantizationSections(report);
    List<ReportPage.Tile> tiles = new ArrayList<>(parts.tiles());
    tiles.addAll(ResultSections.tiles(results));
    List<Section> sections = new ArrayList<>();
    if (!results.isEmpty()) {
      sections.add(ResultSections.perplexity(results));
    }
    sections.addAll(parts.sections());
    sections.add(facts.section());
    return new ReportPage(
        report.model() + ", quantized by " + report.method(),
        "What was stored, what was lost layer by layer, and how it was made.",
        tiles,
        sections,
        RunFacts.footer());
  }

  /** The page of a perplexity; a packed model's own report is part of it. */
  public ReportPage perplexity(String model, ModelFolder folder, List<PerplexityResult> results) {
    List<ReportPage.Tile> tiles = new ArrayList<>(ResultSections.tiles(results));
    List<Section> sections = new ArrayList<>();
    sections.add(ResultSections.perplexity(results));
    String lead = "Perplexity of a dense model.";
    if (folder.isPacked() && Files.exists(folder.path().resolve(QuantizationReport.FILE))) {
      QuantizationReport report = QuantizationReport.read(folder.path());
      QuantizationSections parts = new QuantizationSections(report);
      tiles.addAll(parts.tiles());
      sections.addAll(parts.sections());
      lead = "Perplexity of " + report.model() + ", quantized by " + report.method() + ".";
    }
    sections.add(facts.section());
    return new ReportPage("Perplexity of " + model, lead, tiles, sections, RunFacts.footer());
  }
}
