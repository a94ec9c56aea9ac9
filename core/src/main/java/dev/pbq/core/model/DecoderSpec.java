package dev.pbq.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The description of a decoder with its sizes: what a family makes of a configuration, and all that
 * {@link DecoderModel} needs.
 *
 * @param prefix what the names of all blocks begin with, before the block's number
 * @param norm of the residual stream, in the blocks and behind the last
 * @param blocks one for each block, in order
 * @param rope rotary positions that all blocks share, for who writes them elsewhere
 */
record DecoderSpec(
    ModelSizes sizes,
    OuterNames outer,
    String prefix,
    NormSpec norm,
    List<BlockSpec> blocks,
    Embedding embedding,
    Head head,
    Optional<Rope> rope) {
  DecoderSpec {
    blocks = List.copyOf(blocks);
  }

  /**
   * What is before the first block.
   *
   * @param factor of the token embedding
   * @param norm name of the norm of the embedding
   * @param positions name of the table of learned positions
   */
  record Embedding(double factor, Optional<String> norm, Optional<String> positions) {
    /** Nothing but the token embedding. */
    static final Embedding PLAIN = new Embedding(1, Optional.empty(), Optional.empty());

    /** The token embedding times a factor. */
    static Embedding scaled(double factor) {
      return new Embedding(factor, Optional.empty(), Optional.empty());
    }
  }

  /**
   * What is behind the last norm.
   *
   * @param tied whether the head's weight is the embedding, where files have no weight of its own
   * @param bias whether the head has a bias
   */
  record Head(boolean tied, boolean bias, LogitRule rule) {
    /** A head without a bias whose products are the logits. */
    static Head plain(boolean tied) {
      return new Head(tied, false, LogitRule.NONE);
    }
  }

  /** The same decoder with another embedding. */
  DecoderSpec withEmbedding(Embedding other) {
    return new DecoderSpec(sizes, outer, prefix, norm, blocks, other, head, rope);
  }

  /** The same decoder, its names behind a prefix: the text part of a larger model. */
  DecoderSpec within(String outside, boolean tied) {
    return new DecoderSpec(
        sizes,
        outer.within(outside),
        outside + prefix,
        norm,
        blocks,
        embedding,
        new Head(tied, head.bias(), head.rule()),
        rope);
  }

  /** All tensors with their shapes. */
  ModelLayout layout() {
    TensorCatalog catalog = new TensorCatalog();
    int hidden = sizes.hidden();
    catalog.vocabulary(outer.embedding(), sizes.vocabulary(), hidden);
    embedding.positions().ifPresent(p -> catalog.linear(p, sizes.maxPositions(), hidden, false));
    embedding.norm().ifPresent(n -> norm.tensors().addTo(catalog, n, hidden));
    List<BlockParts> parts = new ArrayList<>();
    for (int b = 0; b < blocks.size(); b++) {
      BlockPlan plan = new BlockPlan(catalog, prefix + "." + b, b);
      blocks.get(b).declare(plan, norm, hidden);
      parts.add(plan.parts());
    }
    outer.finalNorm().ifPresent(n -> norm.tensors().addTo(catalog, n, hidden));
    if (head.tied()) {
      catalog.optionalVocabulary(outer.head(), sizes.vocabulary(), hidden);
    } else {
      catalog.vocabulary(outer.head(), sizes.vocabulary(), hidden);
    }
    if (head.bias()) {
      catalog.vector(outer.head() + ".bias", sizes.vocabulary());
    }
    return new ModelLayout(outer, sizes, "self_attn", parts, catalog);
  }

  /** The decoder in words. */
  DecoderOutline outline() {
    int hidden = sizes.hidden();
    return new DecoderOutline(
        hidden,
        sizes.vocabulary(),
        new DecoderOutline.Embedding(
            outer.embedding(),
            embedding.factor(),
            Optional.empty(),
            embedding.positions().map(p -> new DecoderOutline.Positions(p + ".weight", 0)),
            embedding.norm().map(n -> norm.outline(n, hidden))),
        IntStream.range(0, blocks.size())
            .mapToObj(b -> blocks.get(b).outline(prefix + "." + b, norm, hidden))
            .toList(),
        outer.finalNorm().map(n -> norm.outline(n, hidden)),
        new DecoderOutline.Head(
            Optional.empty(),
            outer.head(),
            head.tied(),
            Optional.of(outer.head() + ".bias").filter(b -> head.bias()),
            head.rule().factor(),
            head.rule().softcap()));
  }
}
