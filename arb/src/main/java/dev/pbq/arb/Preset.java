package dev.pbq.arb;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The sets of defaults: where settings that are not given come from. */
public enum Preset {
  /** The papers' settings. */
  @JsonProperty("published")
  PUBLISHED,
  /** What gave the lowest perplexity for at most the stored bits of ARB-RC with group bitmap. */
  @JsonProperty("best")
  BEST
}
