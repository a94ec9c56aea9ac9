package dev.pbq.search.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.OptionalInt;

/**
 * A variable of a search: one key of one section of a configuration.
 *
 * @param section path of the section, e.g. {@code model_layer_0}, {@code self_attn}, {@code q_proj}
 * @param key e.g. {@code data_in_width}
 * @param choices at least two
 */
public record Variable(List<String> section, String key, List<JsonNode> choices) {
  private static final String WIDTH = "_width";

  public Variable {
    section = List.copyOf(section);
    choices = List.copyOf(choices);
  }

  /** As the reference calls it, {@code root:<path>:<key>}. */
  public String name() {
    return "root:" + String.join(":", section) + ":" + key;
  }

  /** The operation without its layer; empty for the default section. */
  public String operation() {
    return String.join(".", section.subList(1, section.size()));
  }

  /** Whether the choices are widths of numbers. */
  public boolean isWidth() {
    return key.endsWith(WIDTH)
        && !key.endsWith("exponent" + WIDTH)
        && !key.endsWith("exponent_bias" + WIDTH)
        && !key.endsWith("frac" + WIDTH)
        && choices.stream().allMatch(JsonNode::isInt);
  }

  /** The choice that is nearest to a width, the first of two. */
  public int nearest(int width) {
    int best = 0;
    for (int i = 1; i < choices.size(); i++) {
      if (Math.abs(choices.get(i).intValue() - width)
          < Math.abs(choices.get(best).intValue() - width)) {
        best = i;
      }
    }
    return best;
  }

  /** The choice of the next smaller width, if there is one. */
  public OptionalInt narrower(int choice) {
    int width = choices.get(choice).intValue();
    int best = -1;
    for (int i = 0; i < choices.size(); i++) {
      int w = choices.get(i).intValue();
      if (w < width && (best < 0 || w > choices.get(best).intValue())) {
        best = i;
      }
    }
    return best < 0 ? OptionalInt.empty() : OptionalInt.of(best);
  }
}
