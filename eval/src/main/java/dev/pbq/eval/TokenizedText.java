package dev.pbq.eval;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * The text that was measured, and how it became tokens.
 *
 * @param bos where BOS tokens stand
 * @param joined how the text was put together
 * @param sha256 of the text in UTF-8
 * @param tokens of the whole text, with the special ones
 * @param firstTokens the first eight token ids: shows the BOS rule that was applied
 * @param tokenizer its fingerprint
 */
@JsonPropertyOrder({"bos", "joined", "text_sha256", "text_tokens", "first_tokens", "tokenizer"})
public record TokenizedText(
    String bos,
    String joined,
    @JsonProperty("text_sha256") String sha256,
    @JsonProperty("text_tokens") long tokens,
    @JsonProperty("first_tokens") List<Integer> firstTokens,
    String tokenizer) {
  public TokenizedText {
    firstTokens = List.copyOf(firstTokens);
  }
}
