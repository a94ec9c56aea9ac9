package dev.pbq.core.data;

import com.fasterxml.jackson.core.JsonProcessingException;

/** Makes other libraries' messages fit into the one line that the user sees. */
final class Messages {
  private Messages() {}

  /** The first line of the message, without source locations; the class's name if there is none. */
  static String of(Throwable e) {
    String message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    if (message == null || message.isBlank()) {
      return e.getClass().getSimpleName();
    }
    return message.strip().lines().findFirst().orElseThrow();
  }
}
