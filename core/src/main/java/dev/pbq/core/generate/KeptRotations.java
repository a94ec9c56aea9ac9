package dev.pbq.core.generate;

import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderFacts;
import dev.pbq.core.model.Rope;
import dev.pbq.core.model.RotarySpec;
import java.util.Arrays;
import java.util.List;

/**
 * Whether keys that were kept are those of another text. With frequencies that follow from the
 * length of the text (dynamic, longrope), keys of a short text have another rotation than the same
 * tokens have in a long one.
 */
public final class KeptRotations {
  private final List<RotarySpec> following;
  private final boolean unknown;

  private KeptRotations(List<RotarySpec> following, boolean unknown) {
    this.following = following;
    this.unknown = unknown;
  }

  /** What a model does. */
  public static KeptRotations of(CausalModel model) {
    List<RotarySpec> following =
        model.facts().map(DecoderFacts::blocks).orElse(List.of()).stream()
            .flatMap(block -> block.attention().rotary().stream())
            .filter(rotary -> rotary.rope().scaling().followsLength())
            .distinct()
            .toList();
    boolean unknown =
        model.facts().isEmpty()
            && model.rope().map(Rope::scaling).filter(Rope.Scaling::followsLength).isPresent();
    return new KeptRotations(following, unknown);
  }

  /** Whether texts of two lengths, in tokens, turn their keys alike. */
  public boolean areAlike(int length, int other) {
    return length == other
        || (!unknown
            && following.stream()
                .allMatch(r -> Arrays.equals(r.frequencies(length), r.frequencies(other))));
  }
}
