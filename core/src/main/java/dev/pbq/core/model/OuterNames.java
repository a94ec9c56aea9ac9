package dev.pbq.core.model;

import java.util.Optional;

/**
 * How the checkpoints of a family name what stands outside of the blocks, without {@code .weight}.
 *
 * @param embedding the table of token embeddings [vocabulary, width]
 * @param finalNorm the norm behind the last block, where the family has one
 * @param head what makes the model's outputs
 * @param headMayBeTied whether a configuration may say that the head's weight is the embedding;
 *     checkpoints then lack it, or repeat the embedding
 */
public record OuterNames(
    String embedding, Optional<String> finalNorm, String head, boolean headMayBeTied) {
  /** The same names behind a prefix. */
  OuterNames within(String prefix) {
    return new OuterNames(
        prefix + embedding, finalNorm.map(norm -> prefix + norm), prefix + head, headMayBeTied);
  }
}
