package dev.pbq.export;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An export to be made: source, target and options.
 *
 * @param source a dense folder, or one that pbq packed
 * @param target the folder or file to write
 * @param force replace a target that exists
 * @param lossy store the nearest values where the format cannot hold the exact ones, instead of
 *     refusing
 * @param options of the format, by their names without dashes; those not given are absent
 */
public record ExportRequest(
    ModelFolder source, Path target, boolean force, boolean lossy, Map<String, String> options) {
  public ExportRequest {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
    options = Map.copyOf(options);
  }

  /** The value of an option, if it was given. */
  public Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /**
   * Checks the options against those of a format.
   *
   * @throws PbqException USAGE naming the first option that the format does not know
   */
  public void requireOptionsOf(Exporter exporter) {
    options.keySet().stream()
        .sorted()
        .filter(option -> !exporter.options().contains(option))
        .findFirst()
        .ifPresent(
            option -> {
              throw PbqException.usage(
                  "--" + option + " is not an option of format " + exporter.name());
            });
  }
}
