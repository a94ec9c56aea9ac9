package dev.pbq.export;

import java.nio.file.Path;
import java.util.List;

/**
 * The report of an export: the file or folder written, and its tensors with their errors.
 *
 * @param format the exporter's name
 * @param target the finished folder or file
 * @param bytes of all weight files
 * @param tensors every tensor of the source, in order
 * @param notes what a user should know: what was rounded, left dense or left out
 */
public record ExportReport(
    String format, Path target, long bytes, List<ExportedTensor> tensors, List<String> notes) {
  public ExportReport {
    tensors = List.copyOf(tensors);
    notes = List.copyOf(notes);
  }

  /** The largest error of all tensors. */
  public double maxError() {
    return tensors.stream().mapToDouble(t -> t.error().maxAbsolute()).max().orElse(0);
  }

  /** How many tensors were stored exactly. */
  public long exactTensors() {
    return tensors.stream().filter(t -> t.error().isZero()).count();
  }
}
