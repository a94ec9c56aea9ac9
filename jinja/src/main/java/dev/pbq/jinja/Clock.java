package dev.pbq.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The function {@code strftime_now}: the time of rendering by C's format codes, in English. */
final class Clock {
  private Clock() {}

  static String format(LocalDateTime now, String format) {
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      char c = format.charAt(i++);
      if (c != '%') {
        out.append(c);
        continue;
      }
      boolean bare = i < format.length() && format.charAt(i) == '-';
      i += bare ? 1 : 0;
      String text = i < format.length() ? code(now, format.charAt(i++)) : null;
      if (text == null) {
        throw JinjaException.unsupported("the time format '" + format + "'");
      }
      out.append(bare && text.length() > 1 ? text.replaceFirst("^[0 ]+(?=\\d)", "") : text);
    }
    return out.toString();
  }

  private static String code(LocalDateTime now, char code) {
    return switch (code) {
      case 'Y' -> by(now, "yyyy");
      case 'y' -> by(now, "yy");
      case 'm' -> by(now, "MM");
      case 'd' -> by(now, "dd");
      case 'e' -> "%2d".formatted(now.getDayOfMonth());
      case 'B' -> by(now, "MMMM");
      case 'b', 'h' -> by(now, "MMM");
      case 'A' -> by(now, "EEEE");
      case 'a' -> by(now, "EEE");
      case 'H' -> by(now, "HH");
      case 'I' -> by(now, "hh");
      case 'M' -> by(now, "mm");
      case 'S' -> by(now, "ss");
      case 'p' -> now.getHour() < 12 ? "AM" : "PM";
      case 'j' -> by(now, "DDD");
      case 'F' -> by(now, "yyyy-MM-dd");
      case 'T' -> by(now, "HH:mm:ss");
      case 'R' -> by(now, "HH:mm");
      case 'D' -> by(now, "MM/dd/yy");
      case 'u' -> Integer.toString(now.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(now.getDayOfWeek().getValue() % 7);
      case '%' -> "%";
      default -> null;
    };
  }

  private static String by(LocalDateTime now, String pattern) {
    return now.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
  }
}
