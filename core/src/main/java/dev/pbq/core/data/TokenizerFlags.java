package dev.pbq.core.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * Habits of a tokenizer that {@code tokenizer_config.json} may state, each absent where it does
 * not.
 *
 * @param addBos {@code add_bos_token}
 * @param addEos {@code add_eos_token}
 * @param legacy {@code legacy}: whether a space is put in front of every stretch between special
 *     tokens, rather than of the text alone
 * @param addPrefixSpace {@code add_prefix_space}
 * @param lowerCase {@code do_lower_case}
 * @param stripAccents {@code strip_accents}
 * @param splitChinese {@code tokenize_chinese_chars}
 */
public record TokenizerFlags(
    Optional<Boolean> addBos,
    Optional<Boolean> addEos,
    Optional<Boolean> legacy,
    Optional<Boolean> addPrefixSpace,
    Optional<Boolean> lowerCase,
    Optional<Boolean> stripAccents,
    Optional<Boolean> splitChinese) {

  static TokenizerFlags of(JsonNode config) {
    return new TokenizerFlags(
        flag(config, "add_bos_token"),
        flag(config, "add_eos_token"),
        flag(config, "legacy"),
        flag(config, "add_prefix_space"),
        flag(config, "do_lower_case"),
        flag(config, "strip_accents"),
        flag(config, "tokenize_chinese_chars"));
  }

  private static Optional<Boolean> flag(JsonNode config, String name) {
    JsonNode value = config.path(name);
    return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
  }
}
