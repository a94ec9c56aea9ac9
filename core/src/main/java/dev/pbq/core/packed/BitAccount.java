package dev.pbq.core.packed;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The stored bits of a layer or a model by kind, counted from bytes written (eight per byte,
 * padding included).
 *
 * @param weights how many weights they represent
 * @param byKind bits of each kind; absent means none
 */
public record BitAccount(long weights, Map<BitKind, Long> byKind) {
  public BitAccount {
    EnumMap<BitKind, Long> copy = new EnumMap<>(BitKind.class);
    copy.putAll(byKind);
    byKind = Collections.unmodifiableMap(copy);
  }

  /** Nothing stored, nothing represented. */
  public static BitAccount empty() {
    return new BitAccount(0, Map.of());
  }

  /** All bits. */
  public long total() {
    return byKind.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Bits per weight; NaN when there are no weights. */
  public double bitsPerWeight() {
    return weights == 0 ? Double.NaN : (double) total() / weights;
  }

  /** The sum of two accounts. */
  public BitAccount plus(BitAccount other) {
    EnumMap<BitKind, Long> sum = new EnumMap<>(BitKind.class);
    sum.putAll(byKind);
    other.byKind.forEach((kind, bits) -> sum.merge(kind, bits, Long::sum));
    return new BitAccount(weights + other.weights, sum);
  }
}
