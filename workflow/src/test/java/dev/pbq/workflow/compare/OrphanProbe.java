package dev.pbq.workflow.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that starts a second one of itself and waits for it. The second writes its process id
 * into the file given, and would go on for a minute.
 */
public final class OrphanProbe {
  private OrphanProbe() {}

  /** Runs one of the two: {@code parent FILE} or {@code child FILE}. */
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[1]);
    if (args[0].equals("parent")) {
      new ChildProcess(OrphanProbe.class.getName())
          .run(List.of("child", file.toString()), line -> {});
      return;
    }
    ChildProcess.endWithParent(() -> System.exit(130));
    Path beside = file.resolveSibling("writing");
    Files.writeString(beside, Long.toString(ProcessHandle.current().pid()));
    Files.move(beside, file);
    Thread.sleep(60_000);
  }
}
