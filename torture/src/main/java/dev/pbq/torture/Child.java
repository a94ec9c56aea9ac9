package dev.pbq.torture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A started program.
 *
 * @param process it
 * @param errors the file of its error stream
 * @param begun {@link System#nanoTime} at its start
 */
record Child(Process process, Path errors, long begun) {
  private static final int PATIENCE_SECONDS = 120;
  private static final int ORPHAN_SECONDS = 5;

  /** Waits until some time after the start, or the end of the process if that comes first. */
  boolean runsUntil(long milliseconds) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(milliseconds) - (System.nanoTime() - begun);
    return left <= 0 ? process.isAlive() : !process.waitFor(left, TimeUnit.NANOSECONDS);
  }

  /** Milliseconds since its start. */
  long sinceStart() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
  }

  /** Sends a signal and waits for the end. */
  Ended kill(Signal signal) throws IOException, InterruptedException {
    signal.send(process.pid());
    return await();
  }

  /** Waits for the end; a process that does not come to it is killed, and that is an error. */
  Ended await() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IOException("a process did not end within " + PATIENCE_SECONDS + " s");
    }
    long took = sinceStart();
    String text = new String(Files.readAllBytes(errors), StandardCharsets.UTF_8);
    return new Ended(process.exitValue(), text.lines().toList(), took);
  }

  /** The processes that it has started and that still run. */
  List<ProcessHandle> children() {
    return process.toHandle().descendants().toList();
  }

  /** Of some processes, those that live on for seconds; they are ended. */
  static List<ProcessHandle> orphans(List<ProcessHandle> processes) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ORPHAN_SECONDS);
    while (processes.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    List<ProcessHandle> left = processes.stream().filter(ProcessHandle::isAlive).toList();
    left.forEach(ProcessHandle::destroyForcibly);
    return left;
  }
}
