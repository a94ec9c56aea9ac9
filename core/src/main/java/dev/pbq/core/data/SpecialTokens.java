package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The special tokens of a tokenizer that stand around a text.
 *
 * @param around what stands in front and behind
 * @param bos the beginning-of-sequence id, if there is one
 * @param eos the end-of-sequence id, if there is one
 */
record SpecialTokens(Surroundings around, OptionalInt bos, OptionalInt eos) {
  private static final Logger log = LoggerFactory.getLogger(SpecialTokens.class);

  /**
   * Applies the rule to what is known of the tokenizer. {@link BosRule#AUTO} follows, in this
   * order: the post-processor of tokenizer.json, as transformers 5 does; {@code add_bos_token} and
   * {@code add_eos_token} of the folder; the habit of the tokenizer's class or model family (Llama
   * and OPT: one BOS). A flag that the post-processor overrules is a warning.
   *
   * <p>The BOS of a Llama vocabulary is {@code <s>} even where the folder names none or an empty
   * one, as early conversions do; the reference forces the same.
   *
   * @param postProcessor what the post-processor puts around a text; empty if there is none
   * @param idOf the id of a token's text, or empty
   */
  static SpecialTokens resolve(
      TokenizerFacts facts,
      BosRule rule,
      Optional<Surroundings> postProcessor,
      Function<String, OptionalInt> idOf) {
    Surroundings processed = postProcessor.orElse(Surroundings.NONE);
    OptionalInt bos = tokenId(facts, "bos", idOf);
    if (bos.isEmpty() && processed.prefix().length == 1) {
      bos = OptionalInt.of(processed.prefix()[0]);
    }
    OptionalInt eos = tokenId(facts, "eos", idOf);
    boolean already = processed.beginsWith(bos);
    boolean wanted =
        switch (rule) {
          case YES -> true;
          case NO -> false;
          case AUTO -> postProcessor.isPresent() ? already : addsBos(facts, idOf);
        };
    int[] prefix = processed.prefix();
    if (wanted && !already) {
      OptionalInt first = bos;
      prefix =
          new Surroundings(new int[] {first.orElseThrow(() -> noBos(facts, rule))}, new int[0])
              .around(prefix);
    } else if (!wanted && already) {
      prefix = Arrays.copyOfRange(prefix, 1, prefix.length);
    }
    int[] suffix = processed.suffix();
    boolean addEos = facts.flags().addEos().orElse(false);
    if (postProcessor.isPresent()) {
      tellOverruled(facts, rule, already, processed.endsWith(eos));
    } else if (addEos) {
      suffix = new int[] {eos.orElseThrow(() -> noEos(facts))};
    }
    return new SpecialTokens(new Surroundings(prefix, suffix), bos, eos);
  }

  private static void tellOverruled(
      TokenizerFacts facts, BosRule rule, boolean hasBos, boolean hasEos) {
    facts
        .flags()
        .addBos()
        .filter(flag -> rule == BosRule.AUTO && flag != hasBos)
        .ifPresent(flag -> tell(facts, "add_bos_token", flag, hasBos));
    facts
        .flags()
        .addEos()
        .filter(flag -> flag != hasEos)
        .ifPresent(flag -> tell(facts, "add_eos_token", flag, hasEos));
  }

  private static void tell(TokenizerFacts facts, String name, boolean flag, boolean done) {
    log.warn(
        "{}: {} is {} in tokenizer_config.json, but the post-processor of tokenizer.json {} it;"
            + " tokenizer.json counts, as in transformers",
        facts.folder(),
        name,
        flag,
        done ? "adds" : "does not add");
  }

  private static boolean addsBos(TokenizerFacts facts, Function<String, OptionalInt> idOf) {
    if (facts.flags().addBos().isPresent()) {
      return facts.flags().addBos().get();
    }
    if (facts.isLlamaClass()) {
      return true;
    }
    if (!facts.className().isEmpty()) {
      return false;
    }
    return switch (facts.modelType()) {
      case "opt" -> true;
      case "llama", "mistral" -> idOf.apply("<s>").isPresent();
      default -> false;
    };
  }

  private static OptionalInt tokenId(
      TokenizerFacts facts, String name, Function<String, OptionalInt> idOf) {
    String token = facts.specialTokens().get(name);
    if (token != null && idOf.apply(token).isPresent()) {
      return idOf.apply(token);
    }
    boolean llama = facts.isLlamaClass() || facts.modelType().equals("llama");
    OptionalInt sentencePiece = idOf.apply(name.equals("bos") ? "<s>" : "</s>");
    if (llama && sentencePiece.isPresent()) {
      return sentencePiece;
    }
    if (facts.modelType().equals("opt") && idOf.apply("</s>").isPresent()) {
      return idOf.apply("</s>");
    }
    return name.equals("bos") ? facts.bosId() : facts.eosId();
  }

  private static PbqException noBos(TokenizerFacts facts, BosRule rule) {
    Wording message =
        Wording.of(
            "%s: the tokenizer has no beginning-of-sequence token; use {addBos} no",
            facts.folder());
    return rule == BosRule.YES ? PbqException.usage(message) : PbqException.badData(message);
  }

  private static PbqException noEos(TokenizerFacts facts) {
    return PbqException.badData(
        facts.folder() + ": add_eos_token is true, but no end-of-sequence token is named");
  }
}
