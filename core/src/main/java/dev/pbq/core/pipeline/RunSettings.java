package dev.pbq.core.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;

/**
 * How a run is done and where its result goes.
 *
 * @param model as the user named it
 * @param method the main method's name
 * @param settings everything that shapes the result apart from model and calibration data: the
 *     method's complete settings, overrides, selection, order of calibration; stored in {@code
 *     config.json} and part of the fingerprint
 * @param output the directory to make
 * @param resume continue an interrupted run
 * @param force replace an existing directory, drop an unfinished run
 * @param maxShardBytes largest weight file of the result
 * @param version of the program
 * @param sideFiles files to put beside the result, by name; they shape nothing
 */
public record RunSettings(
    String model,
    String method,
    ObjectNode settings,
    Path output,
    boolean resume,
    boolean force,
    long maxShardBytes,
    String version,
    Map<String, byte[]> sideFiles) {
  public RunSettings {
    sideFiles = Map.copyOf(sideFiles);
  }

  /** A run without side files. */
  public RunSettings(
      String model,
      String method,
      ObjectNode settings,
      Path output,
      boolean resume,
      boolean force,
      long maxShardBytes,
      String version) {
    this(model, method, settings, output, resume, force, maxShardBytes, version, Map.of());
  }

  /** Where the run works until it is complete: {@code <output>.partial}. */
  public Path workDirectory() {
    Path absolute = output.toAbsolutePath().normalize();
    return absolute.resolveSibling(absolute.getFileName() + ".partial");
  }
}
