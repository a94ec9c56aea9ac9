package dev.pbq.eval.report;

import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged reports, shown as a page: what {@link HostileInputs} promises. */
class HostileReportsTest {
  @TempDir private Path scratch;

  static List<Path> folders() {
    return HostileInputs.folders("report-");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aReport(Path folder) {
    HostileInputs.check(
        folder,
        scratch,
        copy -> {
          QuantizationSections page = new QuantizationSections(QuantizationReport.read(copy));
          page.tiles();
          page.sections();
          page.meanErrors();
        });
  }
}
