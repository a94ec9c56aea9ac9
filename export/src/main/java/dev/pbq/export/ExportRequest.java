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
 * @param check a further look at what was written, before it gets its name
 */
public record ExportRequest(
    ModelFolder source,
    Path target,
    boolean force,
    boolean lossy,
    Map<String, String> options,
    ExportCheck check) {
  public ExportRequest {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
    options = Map.copyOf(options);
    Objects.requireNonNull(check, "check");
  }

  /** An export that is compared tensor by tensor and no further. */
  public ExportRequest(
      ModelFolder source, Path target, boolean force, boolean lossy, Map<String, String> options) {
    this(source, target, force, lossy, options, ExportCheck.NONE);
  }

  /** The same with a further check. */
  public ExportRequest checkedBy(ExportCheck further) {
    return new ExportRequest(source, target, force, lossy, options, further);
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
