package dev.pbq.export.gguf;

import dev.pbq.core.model.DecoderFacts;
import dev.pbq.core.model.Rope;
import dev.pbq.export.gguf.family.Fact;
import dev.pbq.export.gguf.family.FileArchitecture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What llama.cpp computes otherwise than a file says. */
final class RuntimeNotes {
  /** By these numbers llama.cpp knows DeepSeek V2 Lite and its kin. */
  private static final Set<Integer> LITE_BLOCKS = Set.of(26, 27);

  private RuntimeNotes() {}

  static List<String> of(FileArchitecture architecture, DecoderFacts facts) {
    List<String> notes = new ArrayList<>();
    if (facts.blocks().stream().anyMatch(b -> b.mlp().activation().equals("gelu"))) {
      notes.add("llama.cpp computes the activation gelu by its approximation with tanh");
    }
    int window = facts.blocks().stream().mapToInt(b -> b.attention().window()).max().orElse(0);
    if (architecture.facts().contains(Fact.WINDOW_UNREAD)
        && window > 0
        && window < facts.maxPositions()) {
      notes.add(
          "llama.cpp does not read that attention reaches back "
              + window
              + " tokens only: beyond that length its results differ");
    }
    List<Rope.Scaling> scalings = scalings(facts);
    if (scalings.stream().anyMatch(Rope.LongRope.class::isInstance)) {
      notes.add(
          "llama.cpp chooses the factors of longrope by the context that it is started with, not"
              + " by the length of the text");
    }
    if (scalings.stream().anyMatch(s -> s instanceof Rope.Yarn yarn && !yarn.truncate())) {
      notes.add("llama.cpp rounds the limits of yarn to whole pairs, and the model does not");
    }
    latentNote(facts).ifPresent(notes::add);
    deltaNote(facts).ifPresent(notes::add);
    int blocks = facts.blocks().size();
    boolean atOnce =
        facts.blocks().stream()
            .flatMap(b -> b.attention().latent().stream())
            .anyMatch(latent -> latent.queryRank() == 0);
    if (atOnce && !LITE_BLOCKS.contains(blocks)) {
      notes.add(
          "llama.cpp opens a model whose queries come from no narrow vector only where it has 26"
              + " or 27 blocks, not "
              + blocks);
    }
    boolean byBest =
        facts.blocks().stream()
            .flatMap(b -> b.mixture().stream())
            .map(DecoderFacts.Mixture::routing)
            .anyMatch(routing -> routing.groups() > 1 && routing.groupTop() == 1);
    if (byBest) {
      notes.add(
          "llama.cpp chooses groups of experts by the two best of each, the model by the best one");
    }
    return notes;
  }

  private static Optional<String> deltaNote(DecoderFacts facts) {
    return facts.blocks().stream()
        .flatMap(b -> b.delta().stream())
        .filter(delta -> delta.keyDim() != delta.valueDim())
        .findFirst()
        .map(
            delta ->
                "llama.cpp runs a delta rule only where keys and values are of one width, not "
                    + delta.keyDim()
                    + " and "
                    + delta.valueDim());
  }

  private static Optional<String> latentNote(DecoderFacts facts) {
    double epsilon = facts.norm().epsilon();
    return facts.blocks().stream()
        .flatMap(b -> b.attention().latent().stream())
        .filter(latent -> latent.epsilon() != epsilon)
        .findFirst()
        .map(
            latent ->
                "llama.cpp gives the norms inside of latent attention the epsilon of the others, "
                    + epsilon
                    + "; the model's is "
                    + latent.epsilon());
  }

  /** How the frequencies of rotation are scaled, in each block that is rotated. */
  static List<Rope.Scaling> scalings(DecoderFacts facts) {
    return facts.blocks().stream()
        .flatMap(b -> b.attention().rotary().stream())
        .map(rotary -> rotary.rope().scaling())
        .toList();
  }
}
