package dev.pbq.workflow.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
  private static final int PATIENCE_SECONDS = 40;

  @TempDir private Path folder;

  @Test
  void aProcessWhoseParentIsKilledEnds() throws Exception {
    Path file = folder.resolve("pid");
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                OrphanProbe.class.getName(),
                "parent",
                file.toString())
            .start();
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!Files.exists(file) && System.nanoTime() < deadline) {
        Thread.sleep(50);
      }
      ProcessHandle child = ProcessHandle.of(Long.parseLong(Files.readString(file))).orElseThrow();
      assertThat(child.isAlive()).isTrue();

      parent.destroyForcibly().waitFor();
      child.onExit().get(PATIENCE_SECONDS / 2, TimeUnit.SECONDS);
      assertThat(child.isAlive()).isFalse();
    } finally {
      parent.destroyForcibly();
    }
  }
}
