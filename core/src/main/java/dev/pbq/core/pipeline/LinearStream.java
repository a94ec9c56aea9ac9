package dev.pbq.core.pipeline;

/** Finished linears in the order of a plan, of which several may be computed at once. */
public interface LinearStream extends AutoCloseable {
  /**
   * The next one, waiting for it if need be.
   *
   * @throws dev.pbq.core.PbqException the failure of the first linear that failed
   */
  FinishedLinear next();

  /** Gives up what was begun and not taken; returns when nothing reads the weights any more. */
  @Override
  void close();
}
