package dev.pbq.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A failure that may be gone at the next try. */
final class TransientFailure extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Duration> after;

  /**
   * @param after how long the server asks to wait
   */
  TransientFailure(String message, Optional<Duration> after) {
    super(message);
    this.after = after;
  }

  Optional<Duration> after() {
    return after == null ? Optional.empty() : after;
  }
}
