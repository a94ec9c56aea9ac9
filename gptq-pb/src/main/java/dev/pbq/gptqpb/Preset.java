package dev.pbq.gptqpb;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The sets of defaults: where settings that are not given come from. */
enum Preset {
  /** The papers' settings. */
  @JsonProperty("published")
  PUBLISHED,
  /** What gave the least loss for the same stored bits. */
  @JsonProperty("best")
  BEST
}
