package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;

/** The methods of strings that templates call, as Python's {@code str} has them. */
final class StringMethods {
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "casefold",
          "encode",
          "expandtabs",
          "format",
          "format_map",
          "isdecimal",
          "isidentifier",
          "isnumeric",
          "isprintable",
          "istitle",
          "maketrans",
          "swapcase",
          "translate");
  private static final Set<String> NAMES =
      Set.of(
          "capitalize",
          "center",
          "count",
          "endswith",
          "find",
          "index",
          "isalnum",
          "isalpha",
          "isascii",
          "isdigit",
          "islower",
          "isspace",
          "isupper",
          "join",
          "ljust",
          "lower",
          "lstrip",
          "partition",
          "removeprefix",
          "removesuffix",
          "replace",
          "rfind",
          "rindex",
          "rjust",
          "rpartition",
          "rsplit",
          "rstrip",
          "split",
          "splitlines",
          "startswith",
          "strip",
          "title",
          "upper",
          "zfill");

  private final Budget budget;

  StringMethods(Budget budget) {
    this.budget = budget;
  }

  /** Whether strings have such a method; throws for one that Python has and this does not. */
  static boolean has(String name) {
    if (UNSUPPORTED.contains(name)) {
      throw JinjaException.unsupported("the string method '" + name + "'");
    }
    return NAMES.contains(name);
  }

  Object call(String name, String s, Arguments in) {
    Object result =
        switch (name) {
          case "capitalize" -> capitalize(s);
          case "center", "ljust", "rjust" -> justify(name, s, in);
          case "count" -> count(s, in.text("sub"));
          case "startswith", "endswith" -> affix(s, in.required("prefix"), name.equals("endswith"));
          case "find", "index", "rfind", "rindex" -> find(name, s, in.text("sub"));
          case "isalnum" -> all(s, Character::isLetterOrDigit);
          case "isalpha" -> all(s, Character::isLetter);
          case "isascii" -> s.chars().allMatch(c -> c < 128);
          case "isdigit" -> all(s, Character::isDigit);
          case "isspace" -> all(s, PyText::isSpace);
          case "islower" -> cased(s, Character::isLowerCase, Character::isUpperCase);
          case "isupper" -> cased(s, Character::isUpperCase, Character::isLowerCase);
          case "join" -> join(s, in.required("iterable"));
          case "lower" -> s.toLowerCase(Locale.ROOT);
          case "upper" -> s.toUpperCase(Locale.ROOT);
          case "strip" -> strip(s, in.next("chars", null), true, true);
          case "lstrip" -> strip(s, in.next("chars", null), true, false);
          case "rstrip" -> strip(s, in.next("chars", null), false, true);
          case "partition" -> partition(s, in.text("sep"), false);
          case "rpartition" -> partition(s, in.text("sep"), true);
          case "removeprefix" -> {
            String part = in.text("prefix");
            yield s.startsWith(part) ? s.substring(part.length()) : s;
          }
          case "removesuffix" -> {
            String part = in.text("suffix");
            yield s.endsWith(part) ? s.substring(0, s.length() - part.length()) : s;
          }
          case "replace" -> replace(s, in.text("old"), in.text("new"), in.whole("count", -1));
          case "split" -> split(s, in.next("sep", null), in.whole("maxsplit", -1), in);
          case "rsplit" -> rsplit(s, in.next("sep", null), in.whole("maxsplit", -1), in);
          case "splitlines" -> lines(s, in.truth("keepends", false));
          case "title" -> title(s);
          case "zfill" -> zfill(s, in.whole("width", 0));
          default -> throw JinjaException.broken("a string has no method '" + name + "'");
        };
    in.end();
    return budget.made(result);
  }

  static String capitalize(String s) {
    if (s.isEmpty()) {
      return s;
    }
    int first = s.offsetByCodePoints(0, 1);
    return titleCase(s.codePointAt(0)) + s.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String titleCase(int c) {
    return c == 0xdf ? "Ss" : Character.toString(Character.toTitleCase(c));
  }

  private static String title(String s) {
    StringBuilder out = new StringBuilder();
    boolean inside = false;
    for (int c : PyText.points(s)) {
      boolean letter = Character.isLetter(c);
      out.append(
          inside && letter
              ? Character.toString(c).toLowerCase(Locale.ROOT)
              : letter ? titleCase(c) : Character.toString(c));
      inside = letter;
    }
    return out.toString();
  }

  private String justify(String name, String s, Arguments in) {
    int width = in.whole("width", 0);
    String fill = in.text("fillchar", in.next("fillchar", " "));
    int missing = width - PyText.length(s);
    if (missing <= 0) {
      return s;
    }
    budget.text(width);
    int left =
        switch (name) {
          case "ljust" -> 0;
          case "rjust" -> missing;
          default -> missing / 2 + (missing & width & 1);
        };
    return fill.repeat(left) + s + fill.repeat(missing - left);
  }

  private static long count(String s, String part) {
    if (part.isEmpty()) {
      return PyText.length(s) + 1L;
    }
    long count = 0;
    for (int at = s.indexOf(part); at >= 0; at = s.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  private static boolean affix(String s, Object affix, boolean end) {
    if (affix instanceof Tuple tuple) {
      return tuple.items().stream().anyMatch(each -> affix(s, each, end));
    }
    if (!(affix instanceof String text)) {
      throw JinjaException.broken("startswith and endswith take a string or a tuple of them");
    }
    return end ? s.endsWith(text) : s.startsWith(text);
  }

  private static long find(String name, String s, String part) {
    int at = name.startsWith("r") ? s.lastIndexOf(part) : s.indexOf(part);
    if (at < 0 && name.endsWith("index")) {
      throw JinjaException.broken("the string does not hold what 'index' looks for");
    }
    return PyText.pointIndex(s, at);
  }

  private static boolean all(String s, IntPredicate each) {
    return !s.isEmpty() && s.codePoints().allMatch(each);
  }

  private static boolean cased(String s, IntPredicate wanted, IntPredicate other) {
    return s.codePoints().anyMatch(wanted)
        && s.codePoints().noneMatch(c -> other.test(c) || Character.isTitleCase(c));
  }

  private String join(String separator, Object items) {
    StringBuilder out = new StringBuilder();
    boolean first = true;
    for (Object item : Values.iterate(items)) {
      if (!(item instanceof String text)) {
        throw JinjaException.broken("join takes strings, not " + Values.type(item));
      }
      out.append(first ? "" : separator).append(text);
      first = false;
      budget.growing(out.length());
    }
    return out.toString();
  }

  static String strip(String s, Object chars, boolean left, boolean right) {
    IntPredicate taken = PyText::isSpace;
    if (chars instanceof String set) {
      taken = c -> set.indexOf(c) >= 0;
    } else if (chars != null) {
      throw JinjaException.broken("strip takes a string, not " + Values.type(chars));
    }
    String result = left ? PyText.stripLeft(s, taken) : s;
    return right ? PyText.stripRight(result, taken) : result;
  }

  private static Tuple partition(String s, String separator, boolean last) {
    int at = last ? s.lastIndexOf(separator) : s.indexOf(separator);
    if (at < 0) {
      return new Tuple(last ? List.of("", "", s) : List.of(s, "", ""));
    }
    return new Tuple(List.of(s.substring(0, at), separator, s.substring(at + separator.length())));
  }

  String replace(String s, String old, String with, int count) {
    long found = count(s, old);
    long times = count < 0 ? found : Math.min(found, count);
    budget.text(s.length() + times * (with.length() - (long) old.length()));
    if (count < 0) {
      return s.replace(old, with);
    }
    if (old.isEmpty()) {
      throw JinjaException.unsupported("replacing nothing a number of times");
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (long i = 0; i < times; i++) {
      int at = s.indexOf(old, from);
      out.append(s, from, at).append(with);
      from = at + old.length();
    }
    return out.append(s, from, s.length()).toString();
  }

  private static String separator(Object separator) {
    if (!(separator instanceof String text) || text.isEmpty()) {
      throw JinjaException.broken("split takes a string that is not empty");
    }
    return text;
  }

  private List<Object> split(String s, Object separator, int max, Arguments in) {
    in.end();
    List<Object> parts = new ArrayList<>();
    if (separator == null) {
      String rest = PyText.stripLeft(s, PyText::isSpace);
      while (!rest.isEmpty() && (max < 0 || parts.size() < max)) {
        int end = 0;
        while (end < rest.length() && !PyText.isSpace(rest.charAt(end))) {
          end++;
        }
        parts.add(rest.substring(0, end));
        rest = PyText.stripLeft(rest.substring(end), PyText::isSpace);
        budget.step();
      }
      if (!rest.isEmpty()) {
        parts.add(rest);
      }
      return parts;
    }
    String by = separator(separator);
    int from = 0;
    for (int at = s.indexOf(by);
        at >= 0 && (max < 0 || parts.size() < max);
        at = s.indexOf(by, from)) {
      parts.add(s.substring(from, at));
      from = at + by.length();
    }
    parts.add(s.substring(from));
    return parts;
  }

  private List<Object> rsplit(String s, Object separator, int max, Arguments in) {
    if (max < 0) {
      return split(s, separator, -1, in);
    }
    if (separator == null) {
      throw JinjaException.unsupported("rsplit at white space a number of times");
    }
    String by = separator(separator);
    List<Object> parts = new ArrayList<>();
    String rest = s;
    for (int at = rest.lastIndexOf(by); at >= 0 && parts.size() < max; at = rest.lastIndexOf(by)) {
      parts.add(rest.substring(at + by.length()));
      rest = rest.substring(0, at);
    }
    parts.add(rest);
    Collections.reverse(parts);
    return parts;
  }

  /** Python's {@code splitlines}, which knows ten kinds of line ends. */
  static List<Object> lines(String s, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if ((c >= 10 && c <= 13)
          || (c >= 0x1c && c <= 0x1e)
          || c == 0x85
          || c == 0x2028
          || c == 0x2029) {
        int end = i;
        if (c == '\r' && i + 1 < s.length() && s.charAt(i + 1) == '\n') {
          i++;
        }
        lines.add(s.substring(from, keepEnds ? i + 1 : end));
        from = i + 1;
      }
    }
    if (from < s.length()) {
      lines.add(s.substring(from));
    }
    return lines;
  }

  private String zfill(String s, int width) {
    int missing = width - PyText.length(s);
    if (missing <= 0) {
      return s;
    }
    budget.text(width);
    boolean signed = s.startsWith("-") || s.startsWith("+");
    return (signed ? s.substring(0, 1) : "") + "0".repeat(missing) + (signed ? s.substring(1) : s);
  }
}
