package dev.pbq.hub;

import java.time.Duration;

/** Waits; a test's does not. */
@FunctionalInterface
interface Sleeper {
  /** Waits as long as {@link Thread#sleep}. */
  Sleeper THREAD = duration -> Thread.sleep(duration.toMillis());

  void sleep(Duration duration) throws InterruptedException;
}
