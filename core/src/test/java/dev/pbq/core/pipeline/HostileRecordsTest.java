package dev.pbq.core.pipeline;

import dev.pbq.core.testkit.HostileInputs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged journals and reports: what {@link HostileInputs} promises. */
class HostileRecordsTest {
  @TempDir private Path scratch;

  static List<Path> journals() {
    return HostileInputs.folders("journal-");
  }

  @ParameterizedTest
  @MethodSource("journals")
  void aJournal(Path folder) {
    Journal.Header header =
        new Journal.Header(new Fingerprint(Map.of("weights", "w", "version", "0.1.0")), "0.1.0");
    HostileInputs.check(folder, scratch, copy -> Journal.resume(copy, header).entries());
  }

  static List<Path> reports() {
    return HostileInputs.folders("report-");
  }

  @ParameterizedTest
  @MethodSource("reports")
  void aReport(Path folder) {
    HostileInputs.check(folder, scratch, QuantizationReport::read);
  }
}
