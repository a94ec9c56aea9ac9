package dev.pbq.bench;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.eval.run.EngineSpeed;
import dev.pbq.kernels.lanes.BestLanes;
import dev.pbq.kernels.speed.Copy;
import dev.pbq.kernels.speed.SpeedTable;
import dev.pbq.kernels.speed.Stopwatch;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Products of stored weights with one vector, all kinds beside libtorch's in float32 and the copy
 * bandwidth, in one process: {@code KernelMacro THREADS SECONDS ROWSxCOLS...}.
 */
public final class KernelMacro {
  private KernelMacro() {}

  /** Prints a table for each shape. */
  public static void main(String[] args) {
    int threads = Integer.parseInt(args[0]);
    Stopwatch stopwatch = new Stopwatch(Double.parseDouble(args[1]));
    System.out.printf(
        "%s, Java %s, %s, %d threads, %s%n",
        System.getProperty("os.arch"),
        System.getProperty("java.version"),
        BestLanes.get().name(),
        threads,
        LocalDate.now(ZoneOffset.UTC));
    Parallel.withThreads(
        threads,
        () -> {
          double copy = Copy.bytesPerSecond(stopwatch);
          System.out.printf("copy: %.1f GB/s read and written%n", copy / 1e9);
          for (int i = 2; i < args.length; i++) {
            int by = args[i].indexOf('x');
            int rows = Integer.parseInt(args[i].substring(0, by));
            int cols = Integer.parseInt(args[i].substring(by + 1));
            double engine = EngineSpeed.seconds(rows, cols, 1, threads, stopwatch);
            SpeedTable table = SpeedTable.measure(rows, cols, copy, engine, stopwatch, kind -> {});
            System.out.println();
            System.out.print(table.text());
          }
          return null;
        });
  }
}
