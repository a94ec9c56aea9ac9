package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that opens tokenizers and uses them, for a process of its own: the native library ends
 * the process that it runs in when a check of its own fails. Prints a line before each folder and
 * one after it.
 */
public final class TokenizerProbe {
  static final String BEGIN = "begin ";
  static final String FINE = "fine ";
  static final String WRONG = "wrong ";

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "the",
          "Hello, the world  of 12345 tokens\n\tand <s> ends</s>",
          "h e l l o",
          "he\u0301llo \u00e4\u00df\ufb01 \u4e2d\u6587 \ud83d\ude00 \u0130\u200b\ufeff",
          "\u0000\u0001\u001f\u007f\u0085",
          "x".repeat(300));

  private TokenizerProbe() {}

  /** Opens the tokenizers of the folders given. */
  public static void main(String[] folders) {
    for (String folder : folders) {
      System.out.println(BEGIN + folder);
      System.out.flush();
      System.out.println(outcome(Path.of(folder)) + " " + folder);
      System.out.flush();
    }
  }

  private static String outcome(Path folder) {
    try {
      for (SpecialTokenText special : SpecialTokenText.values()) {
        try (Tokenizer tokenizer = Tokenizers.open(folder, BosRule.AUTO, special)) {
          for (String text : TEXTS) {
            tokenizer.decode(tokenizer.encode(text));
          }
        }
      }
      return FINE + "used";
    } catch (PbqException e) {
      String line = PbqException.oneLine(e.getMessage());
      boolean printable = line.chars().noneMatch(Character::isISOControl);
      return (printable ? FINE : WRONG) + line;
    } catch (RuntimeException | Error e) {
      return WRONG + PbqException.oneLine(e + " at " + e.getStackTrace()[0]);
    }
  }
}
