package dev.pbq.core.data;

/** Whether a text's tokens begin with the model's beginning-of-sequence token. */
public enum BosRule {
  /** As the model's own tokenizer does: yes for Llama and OPT, no for GPT-2. */
  AUTO,
  /** Always, exactly one. */
  YES,
  /** Never. */
  NO
}
