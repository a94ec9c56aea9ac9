package dev.pbq.core.data;

/**
 * The treatment of special tokens that are written out in a text, such as the "&lt;unk&gt;" of Penn
 * Treebank under a Llama tokenizer. wikitext2 and C4 hardly have any.
 */
public enum SpecialTokenText {
  /** They are text like any other. */
  AS_TEXT,
  /** They become the special tokens' ids, as Hugging Face's tokenizers do by default. */
  AS_TOKENS
}
