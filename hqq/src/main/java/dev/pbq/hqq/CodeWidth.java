package dev.pbq.hqq;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.pbq.core.PbqException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The widths that HQQ knows: whole bits, and ternary weights, which it calls 1.58 bits. */
public enum CodeWidth {
  EIGHT(8),
  SIX(6),
  FIVE(5),
  FOUR(4),
  THREE(3),
  TWO(2),
  TERNARY(1.58),
  ONE(1);

  private final double bits;

  CodeWidth(double bits) {
    this.bits = bits;
  }

  /**
   * The width of this many bits.
   *
   * @throws PbqException USAGE if HQQ has none
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static CodeWidth of(double bits) {
    for (CodeWidth width : values()) {
      if (width.bits == bits) {
        return width;
      }
    }
    throw PbqException.setting(
        "{bits} %s is none of %s",
        number(bits),
        Arrays.stream(values())
            .map(w -> number(w.bits).toString())
            .collect(Collectors.joining(", ")));
  }

  /** Bits per weight, as the method counts them. */
  public double bits() {
    return bits;
  }

  /** The number as it is written: without a fraction where there is none. */
  @JsonValue
  public Number json() {
    return number(bits);
  }

  private static Number number(double bits) {
    if (bits == Math.rint(bits)) {
      return (int) bits;
    }
    return bits;
  }

  /** The largest code: 2^bits - 1, rounded, which is 2 for ternary weights. */
  public int maxCode() {
    return (int) Math.rint(Math.pow(2, bits) - 1);
  }

  /** Bits of a stored code. */
  public int storedBits() {
    return (int) Math.ceil(bits);
  }
}
