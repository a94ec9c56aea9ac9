package dev.pbq.eval;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * The windows of a measured text: how many, how long, and how many of their tokens were scored.
 *
 * @param protocol {@code gptq}, {@code hf-stride}, {@code hf-guide}, {@code lm-eval} or {@code
 *     llamacpp}: how text was cut, what was scored and what was averaged
 * @param seqlen tokens per window; of lm-eval the longest sequence
 * @param stride how far windows advance; null where they are disjoint
 * @param windows how many
 * @param tokens of all windows, as often as they are run
 * @param scoredTokens tokens whose likelihood counts
 */
@JsonPropertyOrder({"protocol", "seqlen", "stride", "windows", "tokens", "scored_tokens"})
public record ScoredWindows(
    String protocol,
    int seqlen,
    @JsonInclude(JsonInclude.Include.NON_NULL) Integer stride,
    int windows,
    long tokens,
    @JsonProperty("scored_tokens") long scoredTokens) {}
