package dev.pbq.workflow.compare;

import dev.pbq.core.PbqException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs this program in a separate process, with the same Java, class path and memory options, so
 * that its memory is freed at its end and its peak is measured separately.
 */
public final class ChildProcess {
  private static final List<String> PASSED_ON =
      List.of("-X", "-D", "--enable-native-access", "--sun-misc-unsafe-memory-access");
  private static final List<String> KEPT_BACK =
      List.of(
          "-Dpbq.terminal",
          "-D" + ChildProcess.PARENT,
          "-Xrunjdwp",
          "-Xdebug",
          "-Xlog",
          "-XX:+HeapDump");

  /** The property that names, to the other process, the process that waits for it. */
  private static final String PARENT = "pbq.parent";

  private final String mainClass;

  /** Starts {@code mainClass}. */
  public ChildProcess(String mainClass) {
    this.mainClass = mainClass;
  }

  /**
   * To be called at the start of a process that may be one of these: ends it when the one that
   * waits for it has ended, however that came about. Without effect elsewhere.
   *
   * @param end ends the process
   */
  public static void endWithParent(Runnable end) {
    Long parent = Long.getLong(PARENT);
    if (parent == null) {
      return;
    }
    Thread watch =
        new Thread(
            () -> {
              ProcessHandle.of(parent).ifPresent(handle -> handle.onExit().join());
              end.run();
            },
            "pbq-watch-parent");
    watch.setDaemon(true);
    watch.start();
  }

  /**
   * Runs the process to its end. If this process receives a signal to end meanwhile, it ends the
   * other too; killed, the other ends itself ({@link #endWithParent}).
   *
   * @param errors is given every line of the error stream
   * @throws PbqException RESOURCES if no process can be started
   */
  public RowQuantizer.Outcome run(List<String> arguments, Consumer<String> errors) {
    Process process;
    try {
      process =
          new ProcessBuilder(command(arguments))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw PbqException.resources("cannot start a process: " + e.getMessage(), e);
    }
    Thread stop = new Thread(process::destroy, "pbq-stop-child");
    Runtime.getRuntime().addShutdownHook(stop);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      String last = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          last = line.strip();
          errors.accept(last);
        }
      }
      return new RowQuantizer.Outcome(process.waitFor(), last);
    } catch (IOException e) {
      process.destroy();
      throw PbqException.resources("lost the process of a quantization: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a process", e);
    } finally {
      removeHook(stop);
    }
  }

  private List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (PASSED_ON.stream().anyMatch(option::startsWith)
          && KEPT_BACK.stream().noneMatch(option::startsWith)) {
        command.add(option);
      }
    }
    command.add("-D" + PARENT + "=" + ProcessHandle.current().pid());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return command;
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The machine is shutting down already: the hook is at work.
      return;
    }
  }
}
