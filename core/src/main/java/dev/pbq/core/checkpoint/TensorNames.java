package dev.pbq.core.checkpoint;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Rules about tensor names: optional prefixes, and the natural order for lists. */
public final class TensorNames {
  /**
   * Numbers inside names compare as numbers, so that layer 2 comes before layer 10; equal only for
   * equal names.
   */
  public static final Comparator<String> NATURAL_ORDER = TensorNames::compareNaturally;

  private static final List<String> PREFIXES = List.of("model.", "bert.", "transformer.");

  /** Two beginnings that mean the same in models with a text part, by either. */
  private static final Map<String, String> SAME_BEGINNINGS =
      Map.of(
          "language_model.model.", "model.language_model.",
          "model.language_model.", "language_model.model.",
          "language_model.lm_head.", "lm_head.");

  private static final Map<String, String> OTHER_ENDINGS =
      Map.of(
          ".LayerNorm.weight", ".LayerNorm.gamma",
          ".LayerNorm.bias", ".LayerNorm.beta");
  private static final int PRINTABLE_LENGTH = 200;

  private TensorNames() {}

  /**
   * The name under which a tensor is stored: the name itself, or with its leading {@code model.},
   * {@code bert.} or {@code transformer.} taken away, or with one put before it. Checkpoints saved
   * from the bare decoder or encoder lack the prefix. The text part of a larger model has either of
   * two prefixes. In old checkpoints of BERT the weight and bias of a layer norm are called gamma
   * and beta.
   *
   * @param stored whether a tensor of exactly this name exists
   */
  public static Optional<String> resolve(String name, Predicate<String> stored) {
    return spellings(name).filter(stored).findFirst();
  }

  private static Stream<String> spellings(String name) {
    Stream<String> sameEnding = withPrefixes(name);
    for (Map.Entry<String, String> ending : OTHER_ENDINGS.entrySet()) {
      if (name.endsWith(ending.getKey())) {
        String stem = name.substring(0, name.length() - ending.getKey().length());
        return Stream.concat(sameEnding, withPrefixes(stem + ending.getValue()));
      }
    }
    return sameEnding;
  }

  private static Stream<String> withPrefixes(String name) {
    for (Map.Entry<String, String> same : SAME_BEGINNINGS.entrySet()) {
      if (name.startsWith(same.getKey())) {
        return Stream.of(name, same.getValue() + name.substring(same.getKey().length()));
      }
    }
    for (String prefix : PREFIXES) {
      if (name.startsWith(prefix)) {
        return Stream.of(name, name.substring(prefix.length()));
      }
    }
    return Stream.concat(Stream.of(name), PREFIXES.stream().map(prefix -> prefix + name));
  }

  /** An untrusted name fit for a one-line message: no control characters, not too long. */
  public static String printable(String untrusted) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < untrusted.length() && i < PRINTABLE_LENGTH; i++) {
      char c = untrusted.charAt(i);
      boolean harmless =
          !Character.isISOControl(c)
              && Character.getType(c) != Character.FORMAT
              && c != '\u2028'
              && c != '\u2029';
      out.append(harmless ? c : '?');
    }
    return untrusted.length() > PRINTABLE_LENGTH ? out.append("...").toString() : out.toString();
  }

  private static int compareNaturally(String a, String b) {
    int i = 0;
    int j = 0;
    while (i < a.length() && j < b.length()) {
      int endA = digitsEnd(a, i);
      int endB = digitsEnd(b, j);
      if (endA > i && endB > j) {
        int order = compareDigits(a.substring(i, endA), b.substring(j, endB));
        if (order != 0) {
          return order;
        }
        i = endA;
        j = endB;
      } else {
        int order = Character.compare(a.charAt(i), b.charAt(j));
        if (order != 0) {
          return order;
        }
        i++;
        j++;
      }
    }
    int rest = Integer.compare(a.length() - i, b.length() - j);
    // Only leading zeros can differ here; the plain order keeps distinct names apart.
    return rest != 0 ? rest : a.compareTo(b);
  }

  private static int digitsEnd(String s, int from) {
    int end = from;
    while (end < s.length() && s.charAt(end) >= '0' && s.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private static int compareDigits(String a, String b) {
    String x = withoutLeadingZeros(a);
    String y = withoutLeadingZeros(b);
    return x.length() != y.length() ? Integer.compare(x.length(), y.length()) : x.compareTo(y);
  }

  private static String withoutLeadingZeros(String digits) {
    int start = 0;
    while (start < digits.length() - 1 && digits.charAt(start) == '0') {
      start++;
    }
    return digits.substring(start);
  }
}
