package dev.pbq.workflow.quantize;

/**
 * What a run does about an output directory, or unfinished work, that is there already.
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
