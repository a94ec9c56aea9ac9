package dev.pbq.cli.option;

import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.OutputFolders;
import dev.pbq.eval.report.HtmlReport;
import dev.pbq.eval.report.ReportPage;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** {@code --report}: the result as a page for the browser. */
public final class ReportOption {
  public static final String FILE = "report.html";

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description =
          "Also write the result as one HTML page with tables and charts, DIR/report.html; it needs"
              + " no network.")
  private Path directory;

  /** Whether a page was asked for. */
  public boolean isGiven() {
    return directory != null;
  }

  /** Makes sure that the folder can be made, before any work is done. */
  public void prepare() {
    if (directory != null) {
      OutputFolders.create("report", directory);
    }
  }

  /** Writes the page if it was asked for. */
  public void write(Supplier<ReportPage> page, PrintWriter console) {
    if (directory != null) {
      // Charts are drawn into memory: no display is looked for.
      System.setProperty("java.awt.headless", "true");
      Path file = directory.resolve(FILE);
      AtomicFile.write(file, HtmlReport.render(page.get()).getBytes(StandardCharsets.UTF_8));
      console.println("report written to " + file);
    }
  }
}
