package dev.pbq.kernels.decoder;

import dev.pbq.core.model.DecoderOutline;
import dev.pbq.kernels.PackedProduct;

/**
 * What stands before the first block of a decoder and behind the last: a tied table is held once.
 */
record Ends(EmbeddingStep embedding, HeadStep head) {
  static Ends of(DecoderOutline outline, StepWeights weights) {
    DecoderOutline.Embedding first = outline.embedding();
    DecoderOutline.Head last = outline.head();
    PackedProduct table = weights.product(first.table());
    // Files of tied models may hold a head of other values: it is what counts then. Some hold the
    // same twice, whatever they say.
    boolean named =
        !last.table().equals(first.table()) && (!last.tied() || weights.contains(last.table()));
    boolean own = named && !weights.same(last.table(), first.table());
    float[] bias = last.bias().map(weights::values).orElseGet(() -> new float[0]);
    return new Ends(
        new EmbeddingStep(
            first.table() + ".weight",
            table,
            (float) first.factor(),
            first.projection().map(weights::linear),
            first
                .positions()
                .map(p -> new EmbeddingStep.Positions(weights.tensor(p.tensor()), p.first())),
            first.norm().map(weights::norm)),
        new HeadStep(
            outline.finalNorm().map(weights::norm),
            last.projection().map(weights::linear),
            own
                ? new LinearStep(weights.linear(last.table()).product(), bias)
                : new LinearStep(table, bias),
            (float) last.factor(),
            (float) last.softcap()));
  }
}
