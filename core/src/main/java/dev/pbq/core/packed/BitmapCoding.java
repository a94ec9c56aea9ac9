package dev.pbq.core.packed;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How a {@link BinaryGroupsLinear} stores which weights belong to which group. */
public enum BitmapCoding {
  /** As the papers count: plain bits, for all weights alike. */
  @JsonProperty("raw")
  RAW,
  /** As short as possible: only where there is a choice, and range coded where that helps. */
  @JsonProperty("coded")
  CODED;

  /** The name in settings and in the layer's descriptor. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
