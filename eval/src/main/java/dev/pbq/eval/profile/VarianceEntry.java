package dev.pbq.eval.profile;

import java.util.List;

/**
 * One variance.
 *
 * @param block index of the decoder block
 * @param operation what of the block: see {@link Operations} for activations; for weights the last
 *     part of the linear's name
 */
public record VarianceEntry(int block, String operation, double variance) {
  /** A table of entries, with a line of headings. */
  public static String csv(List<VarianceEntry> entries) {
    StringBuilder csv = new StringBuilder("block_id,layer_name,variance\n");
    for (VarianceEntry e : entries) {
      csv.append(e.block()).append(',').append(e.operation()).append(',').append(e.variance());
      csv.append('\n');
    }
    return csv.toString();
  }
}
