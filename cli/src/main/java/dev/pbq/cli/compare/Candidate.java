package dev.pbq.cli.compare;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * One quantization to be compared.
 *
 * @param label what it is called in the table
 * @param arguments of {@code pbq quantize MODEL}, apart from {@code --out}, {@code --resume} and
 *     {@code --threads}
 * @param fingerprint of everything that shapes the result: SHA-256, in hexadecimal
 */
public record Candidate(String label, List<String> arguments, String fingerprint) {
  private static final int SHOWN_DIGITS = 16;
  private static final int LONGEST_NAME = 60;

  public Candidate {
    arguments = List.copyOf(arguments);
  }

  /**
   * Makes a candidate.
   *
   * @param parts everything that shapes the result, in a fixed order
   */
  public static Candidate of(String label, List<String> arguments, List<String> parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        // Lengths keep neighbours apart.
        digest.update((part.length() + ":" + part).getBytes(StandardCharsets.UTF_8));
      }
      return new Candidate(label, arguments, HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The name of its directory: readable, and another one whenever the result would be another one.
   */
  public String directory() {
    String words = label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
    String name = words.replaceAll("^[-.]+|[-.]+$", "");
    return (name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name)
        + "-"
        + fingerprint.substring(0, SHOWN_DIGITS);
  }
}
