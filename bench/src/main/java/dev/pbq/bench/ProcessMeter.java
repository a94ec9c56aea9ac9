package dev.pbq.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** CPU time and memory of this process; memory figures are Linux's, and NaN elsewhere. */
final class ProcessMeter {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");

  private ProcessMeter() {}

  /** CPU seconds of all threads so far. */
  static double cpuSeconds() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        * 1e-9;
  }

  /** Resident memory now, in MB (10^6 bytes). */
  static double residentMegabytes() {
    return status("VmRSS:");
  }

  /** The largest resident memory since {@link #resetPeak}, in MB. */
  static double peakMegabytes() {
    return status("VmHWM:");
  }

  static void resetPeak() {
    if (Files.isWritable(CLEAR)) {
      try {
        Files.writeString(CLEAR, "5");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static double status(String key) {
    if (!Files.isReadable(STATUS)) {
      return Double.NaN;
    }
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(key))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024e-6)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
