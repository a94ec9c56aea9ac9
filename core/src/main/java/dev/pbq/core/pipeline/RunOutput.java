package dev.pbq.core.pipeline;

import java.nio.file.Path;
import java.util.Map;

/**
 * The directory that a run makes.
 *
 * @param directory where it is, once it is complete
 * @param resume continue an interrupted run
 * @param force replace an existing directory, drop an unfinished run
 * @param maxShardBytes largest weight file of the result
 * @param sideFiles files to put beside the result, by name; they shape nothing
 */
public record RunOutput(
    Path directory,
    boolean resume,
    boolean force,
    long maxShardBytes,
    Map<String, byte[]> sideFiles) {
  public RunOutput {
    sideFiles = Map.copyOf(sideFiles);
  }

  /** Where the run works until it is complete: {@code <directory>.partial}. */
  public Path workDirectory() {
    Path absolute = directory.toAbsolutePath().normalize();
    return absolute.resolveSibling(absolute.getFileName() + ".partial");
  }
}
