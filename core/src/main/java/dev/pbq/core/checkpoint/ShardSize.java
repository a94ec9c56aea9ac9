package dev.pbq.core.checkpoint;

import dev.pbq.core.PbqException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The largest size of one shard, as users write it. */
public final class ShardSize {
  /** What Hugging Face's own tools write by default: 5 GB. */
  public static final long DEFAULT = 5_000_000_000L;

  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)\\s*([KMGT]?)(I?)B?");

  private ShardSize() {}

  /**
   * Parses a size: {@code 5GB} and {@code 500MB} count in powers of 1000, {@code 2GiB} in powers of
   * 1024, a bare number in bytes.
   *
   * @throws PbqException USAGE if it is no positive size
   */
  public static long parse(String text) {
    Matcher m = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
    boolean binary = m.matches() && !m.group(3).isEmpty();
    if (!m.matches() || (binary && m.group(2).isEmpty())) {
      throw invalid(text);
    }
    int power = "KMGT".indexOf(m.group(2)) + 1;
    BigDecimal unit =
        BigDecimal.valueOf(binary ? 1024 : 1000).pow(m.group(2).isEmpty() ? 0 : power);
    BigDecimal bytes = new BigDecimal(m.group(1)).multiply(unit);
    if (bytes.compareTo(BigDecimal.ONE) < 0
        || bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw invalid(text);
    }
    return bytes.longValue();
  }

  private static PbqException invalid(String text) {
    return PbqException.usage(
        "'" + TensorNames.printable(text) + "' is not a shard size such as 5GB, 500MB or 2GiB");
  }
}
