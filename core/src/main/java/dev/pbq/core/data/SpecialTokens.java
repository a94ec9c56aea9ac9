package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The special tokens that a model's tokenizer puts around a text.
 *
 * @param prefix ids in front
 * @param suffix ids behind
 * @param bos the beginning-of-sequence id, if there is one
 * @param eos the end-of-sequence id, if there is one
 */
record SpecialTokens(int[] prefix, int[] suffix, OptionalInt bos, OptionalInt eos) {

  /**
   * Applies the rule to what is known of the tokenizer. {@link BosRule#AUTO} follows, in this
   * order: {@code add_bos_token} of the folder; the habit of the tokenizer's class or model family
   * (Llama and OPT: one BOS); the post-processor of tokenizer.json.
   *
   * <p>The BOS of a Llama vocabulary is {@code <s>} even where the folder names none or an empty
   * one, as early conversions do; the reference forces the same.
   *
   * @param postProcessor what the post-processor puts around a text
   * @param idOf the id of a token's text, or empty
   */
  static SpecialTokens resolve(
      TokenizerSettings settings,
      BosRule rule,
      Surroundings postProcessor,
      Function<String, OptionalInt> idOf) {
    OptionalInt bos = tokenId(settings, "bos", idOf);
    if (bos.isEmpty() && postProcessor.prefix().length == 1) {
      bos = OptionalInt.of(postProcessor.prefix()[0]);
    }
    OptionalInt eos = tokenId(settings, "eos", idOf);
    boolean already =
        bos.isPresent()
            && postProcessor.prefix().length > 0
            && postProcessor.prefix()[0] == bos.getAsInt();
    boolean wanted =
        switch (rule) {
          case YES -> true;
          case NO -> false;
          case AUTO -> ownHabit(settings, already, idOf);
        };
    int[] prefix = postProcessor.prefix();
    if (wanted && !already) {
      int[] longer = new int[prefix.length + 1];
      longer[0] = bos.orElseThrow(() -> noBos(settings, rule));
      System.arraycopy(prefix, 0, longer, 1, prefix.length);
      prefix = longer;
    } else if (!wanted && already) {
      prefix = Arrays.copyOfRange(prefix, 1, prefix.length);
    }
    return new SpecialTokens(prefix, postProcessor.suffix(), bos, eos);
  }

  private static boolean ownHabit(
      TokenizerSettings settings, boolean already, Function<String, OptionalInt> idOf) {
    if (settings.addBos().isPresent()) {
      boolean add = settings.addBos().get();
      return add || (already && !settings.obeysAddBos());
    }
    if (already || settings.isLlamaClass()) {
      return true;
    }
    if (!settings.tokenizerClass().isEmpty()) {
      return false;
    }
    return switch (settings.modelType()) {
      case "opt" -> true;
      case "llama", "mistral" -> idOf.apply("<s>").isPresent();
      default -> false;
    };
  }

  private static OptionalInt tokenId(
      TokenizerSettings settings, String name, Function<String, OptionalInt> idOf) {
    String token = settings.specialTokens().get(name);
    if (token != null && idOf.apply(token).isPresent()) {
      return idOf.apply(token);
    }
    boolean llama = settings.isLlamaClass() || settings.modelType().equals("llama");
    OptionalInt sentencePiece = idOf.apply(name.equals("bos") ? "<s>" : "</s>");
    if (llama && sentencePiece.isPresent()) {
      return sentencePiece;
    }
    if (settings.modelType().equals("opt") && idOf.apply("</s>").isPresent()) {
      return idOf.apply("</s>");
    }
    return name.equals("bos") ? settings.bosId() : settings.eosId();
  }

  private static PbqException noBos(TokenizerSettings settings, BosRule rule) {
    Wording message =
        Wording.of(
            "%s: the tokenizer has no beginning-of-sequence token; use {addBos} no",
            settings.folder());
    return rule == BosRule.YES ? PbqException.usage(message) : PbqException.badData(message);
  }

  /** Puts the special tokens around the ids of a text. */
  int[] around(int[] ids) {
    return new Surroundings(prefix, suffix).around(ids);
  }

  /** What a post-processor puts in front of and behind a text. */
  record Surroundings(int[] prefix, int[] suffix) {
    static final Surroundings NONE = new Surroundings(new int[0], new int[0]);

    /** Puts them around the ids of a text. */
    int[] around(int[] ids) {
      int[] all = new int[prefix.length + ids.length + suffix.length];
      System.arraycopy(prefix, 0, all, 0, prefix.length);
      System.arraycopy(ids, 0, all, prefix.length, ids.length);
      System.arraycopy(suffix, 0, all, prefix.length + ids.length, suffix.length);
      return all;
    }

    /** From the ids of one text with and without special tokens. */
    static Surroundings of(int[] with, int[] without) {
      for (int at = 0; at + without.length <= with.length; at++) {
        if (Arrays.equals(with, at, at + without.length, without, 0, without.length)) {
          return new Surroundings(
              Arrays.copyOf(with, at), Arrays.copyOfRange(with, at + without.length, with.length));
        }
      }
      throw new IllegalArgumentException("special tokens change the tokens of the text itself");
    }
  }
}
