package dev.pbq.workflow.compare;

import java.util.List;

/** One picture of a comparison: a loss against a size. */
public enum Panel {
  PERPLEXITY_BITS(false, false),
  KL_BITS(true, false),
  PERPLEXITY_FILE(false, true),
  KL_FILE(true, true);

  private static final double MEGABYTE = 1e6;

  private final boolean distance;
  private final boolean file;

  Panel(boolean distance, boolean file) {
    this.distance = distance;
    this.file = file;
  }

  /** Whether the loss is the distance from the original, not perplexity. */
  public boolean isDistance() {
    return distance;
  }

  /** Whether the size is that of the whole file in megabytes, not the linears' stored bits. */
  public boolean isFile() {
    return file;
  }

  /** The panels whose size is that of the whole file, or of the linears. */
  public static List<Panel> of(boolean file) {
    return file ? List.of(PERPLEXITY_FILE, KL_FILE) : List.of(PERPLEXITY_BITS, KL_BITS);
  }

  /** Where a row is; NaN in what it does not have. */
  public ParetoFront.Point point(Row row) {
    Row.Figures figures = row.figures();
    double x;
    if (file) {
      x = figures.bytes() == null ? Double.NaN : figures.bytes() / MEGABYTE;
    } else {
      x = orNaN(figures.bits());
    }
    return new ParetoFront.Point(x, orNaN(distance ? figures.kl() : figures.perplexity()));
  }

  private static double orNaN(Double value) {
    return value == null ? Double.NaN : value;
  }
}
