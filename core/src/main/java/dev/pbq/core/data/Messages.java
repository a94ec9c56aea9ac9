package dev.pbq.core.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.pbq.core.PbqException;
import dev.pbq.core.json.JsonFaults;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Makes other libraries' messages fit into the one line that the user sees. */
final class Messages {
  private Messages() {}

  /** The first line of the message, without source locations and class names. */
  static String of(Throwable e) {
    if (e instanceof JsonProcessingException json) {
      return JsonFaults.of(json);
    }
    if (e instanceof CharacterCodingException) {
      return "not UTF-8 text";
    }
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String message = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    if (message == null || message.isBlank()) {
      return "no reason is given";
    }
    return message
        .strip()
        .lines()
        .findFirst()
        .orElseThrow()
        .replaceAll("\\b(?:[a-z]\\w*\\.)+[A-Z]\\w*(?:Exception|Error)(?::\\s*)?", "");
  }

  /** The native library of a tokenizer refuses it or a text with it. */
  static PbqException unusable(Path file, RuntimeException e) {
    return PbqException.badData(file + ": not a usable tokenizer: " + of(e), e);
  }
}
