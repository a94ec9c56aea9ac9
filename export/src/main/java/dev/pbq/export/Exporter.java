package dev.pbq.export;

import java.util.Set;

/**
 * Writes a model in the format of other tools. Announced to {@link java.util.ServiceLoader} in
 * {@code META-INF/services/dev.pbq.export.Exporter}.
 */
public interface Exporter {
  /** The name of the format. */
  String name();

  /** What the format is, in one line. */
  String summary();

  /** The options that the format understands, by their names without dashes. */
  Set<String> options();

  /**
   * Writes the target, complete or not at all: built in a partial place, read back by code that
   * shares nothing with the writer, compared tensor by tensor with the source, shown to {@link
   * ExportRequest#check()}, and only then given its final name.
   *
   * @throws dev.pbq.core.PbqException USAGE if the target exists, an option makes no sense or the
   *     model does not fit the format (naming the layer and what would be lost); NUMERICAL naming
   *     the tensor whose values the format cannot hold; BAD_DATA if the source cannot be read or
   *     what was written is not what was meant; RESOURCES if the disk is full
   */
  ExportReport export(ExportRequest request, ExportProgress progress);
}
