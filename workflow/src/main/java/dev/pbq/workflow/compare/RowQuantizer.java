package dev.pbq.workflow.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Makes the quantizations of a comparison. */
public interface RowQuantizer {
  /**
   * Makes one quantization to the end.
   *
   * @param recipe file with the recipe
   * @param output directory to make
   * @param force replace an existing folder; otherwise unfinished work is continued
   * @param progress is given messages about the progress, line by line
   * @return how it ended
   */
  Outcome run(Path recipe, Path output, boolean force, Consumer<String> progress);

  /**
   * How a quantization ended.
   *
   * @param exitCode 0 for success, else as {@code pbq --help} lists them
   * @param lastError the last line of error; empty if there was none
   */
  record Outcome(int exitCode, String lastError) {}

  /**
   * Runs every quantization as {@code pbq quantize} in a separate process, so that its peak memory
   * is its own and a leak or crash concerns no other row.
   *
   * @param process starts the program
   * @param model as the user named it
   * @param threads for arithmetic
   * @param extra further arguments, which do not shape the result
   */
  static RowQuantizer inProcesses(
      ChildProcess process, String model, int threads, List<String> extra) {
    return new ProcessQuantizer(process, model, threads, extra);
  }
}
