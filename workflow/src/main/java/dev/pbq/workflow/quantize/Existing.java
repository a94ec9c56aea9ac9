package dev.pbq.workflow.quantize;

/**
 * The treatment of an output directory, or of unfinished work, that exists already.
 *
 * @param resume continue unfinished work
 * @param force replace the output directory and discard unfinished work
 */
public record Existing(boolean resume, boolean force) {
  /** Refuse to touch it. */
  public static final Existing REFUSE = new Existing(false, false);

  /** Continue unfinished work. */
  public static final Existing RESUME = new Existing(true, false);

  /** Replace it. */
  public static final Existing REPLACE = new Existing(false, true);
}
