package dev.pbq.torture;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What differs between two runs that do the same: seconds, peak memory, and the words by which a
 * run was told to continue. Everything else is compared byte for byte.
 */
final class Incidentals {
  private static final Pattern JSON =
      Pattern.compile(
          "\"(?:seconds|reference_seconds|peakRssBytes|peak_rss_bytes|peakRss)\"\\s*:\\s*[-+0-9.eE]+(?:null)?");
  private static final Pattern WORDS = Pattern.compile(" --(?:resume|force)\\b");

  /** The last two columns of a comparison's tables; empty for the original. */
  private static final Pattern TABLE =
      Pattern.compile("(?m)^(.*)(?:,[0-9.]+,\\d+| *\\| *[0-9.]+ \\| *[0-9.]+ [A-Z]B \\|)$");

  private Incidentals() {}

  /** The contents of a file without them. */
  static byte[] without(String name, byte[] contents) {
    if (name.endsWith(".json") || name.endsWith(".jsonl")) {
      String text = removed(JSON, contents);
      return bytes(WORDS.matcher(text).replaceAll(""));
    }
    if (name.startsWith("compare.")) {
      Matcher table = TABLE.matcher(WORDS.matcher(text(contents)).replaceAll(""));
      return bytes(table.replaceAll("$1"));
    }
    return contents;
  }

  private static String removed(Pattern pattern, byte[] contents) {
    return pattern.matcher(text(contents)).replaceAll("");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
