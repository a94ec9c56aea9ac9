package dev.pbq.gptqpb;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a group of columns is when columns are visited by their energy. */
enum ActGroups {
  /** Columns visited one after the other; the group of each is stored (the reference program). */
  @JsonProperty("visited")
  VISITED,
  /** Neighbours, with grids that are taken from the original weights before the first column. */
  @JsonProperty("static")
  STATIC,
  /** Neighbours, visited group by group. */
  @JsonProperty("whole")
  WHOLE
}
