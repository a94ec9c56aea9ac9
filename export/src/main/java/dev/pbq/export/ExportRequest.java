package dev.pbq.export;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.tensor.DType;
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
  /** The option that says the type of what is stored as numbers. */
  public static final String DTYPE = "dtype";

  /** The option that says the largest size of one file. */
  public static final String SHARD_SIZE = "shard-size";

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
   * The type asked for.
   *
   * @throws PbqException USAGE if it is none
   */
  public Optional<DType> dtype() {
    return option(DTYPE).map(FloatTypes::parse);
  }

  /**
   * The largest size of one file, in bytes.
   *
   * @throws PbqException USAGE if what was asked for is no size
   */
  public long shardBytes() {
    return option(SHARD_SIZE).map(ShardSize::parse).orElse(ShardSize.DEFAULT);
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
