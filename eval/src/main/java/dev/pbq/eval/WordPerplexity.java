package dev.pbq.eval;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Perplexities of documents by other units than tokens, which models with different tokenizers can
 * be compared by.
 *
 * @param documents how many
 * @param words of the documents as they are in the data
 * @param bytes of them in UTF-8
 * @param wordPerplexity exp(nll / words)
 * @param bytePerplexity exp(nll / bytes)
 * @param bitsPerByte nll / (bytes ln 2)
 * @param tokenPerplexity exp(nll / scored tokens)
 */
public record WordPerplexity(
    int documents,
    long words,
    long bytes,
    @JsonProperty("word_perplexity") double wordPerplexity,
    @JsonProperty("byte_perplexity") double bytePerplexity,
    @JsonProperty("bits_per_byte") double bitsPerByte,
    @JsonProperty("token_perplexity") double tokenPerplexity) {

  /** From the sum of all negative log-likelihoods. */
  public static WordPerplexity of(double nll, int documents, long words, long bytes, long tokens) {
    return new WordPerplexity(
        documents,
        words,
        bytes,
        Math.exp(nll / words),
        Math.exp(nll / bytes),
        nll / (bytes * Math.log(2)),
        Math.exp(nll / tokens));
  }
}
