package dev.pbq.hub;

import java.time.Duration;

/** Waits for a time; tests replace it by one that does not wait. */
@FunctionalInterface
interface Sleeper {
  /** Waits as long as {@link Thread#sleep}. */
  Sleeper THREAD = duration -> Thread.sleep(duration.toMillis());

  void sleep(Duration duration) throws InterruptedException;
}
