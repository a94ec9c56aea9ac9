package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.Optional;

/** A decoder that computes as its {@link DecoderSpec} describes. */
final class DecoderModel implements CausalModel {
  private final DecoderSpec spec;
  private final Limits limits;
  private final ModelLayout layout;

  DecoderModel(DecoderSpec spec, Limits limits) {
    this.spec = spec;
    this.limits = limits;
    this.layout = spec.layout();
  }

  @Override
  public ModelLayout layout() {
    return layout;
  }

  @Override
  public Optional<Rope> rope() {
    return spec.rope();
  }

  @Override
  public Optional<DecoderFacts> facts() {
    return DecoderFactsMaker.of(spec);
  }

  @Override
  public TokenEmbedding embedding(NDManager parent, WeightSource weights) {
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          EmbeddingRows rows =
              EmbeddingRows.of(
                  loader, weights, spec.outer().embedding() + ".weight", limits.tableBytes());
          Optional<InputEmbedding.LearnedPositions> positions =
              spec.embedding()
                  .positions()
                  .map(name -> loader.load(name + ".weight"))
                  .map(table -> new InputEmbedding.LearnedPositions(table, 0, Optional.empty()));
          return new InputEmbedding(
              owner,
              rows,
              Optional.empty(),
              positions,
              spec.embedding().norm().map(name -> spec.norm().load(loader, name)),
              (float) spec.embedding().factor());
        });
  }

  @Override
  public DecoderBlock block(
      NDManager parent, WeightSource weights, int block, ProductOperands operands) {
    String name = blockPrefix(block);
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          BlockProducts products = new BlockProducts(loader, layout, block, operands);
          return spec.blocks().get(block).build(name, owner, products, spec.norm(), limits);
        });
  }

  @Override
  public LanguageHead head(NDManager parent, WeightSource weights) {
    OuterNames names = spec.outer();
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          // Files of tied models may hold a head of other values: it is what counts then.
          boolean own = !spec.head().tied() || weights.contains(names.head() + ".weight");
          String name = own ? names.head() : names.embedding();
          Optional<String> bias =
              Optional.of(names.head() + ".bias").filter(b -> spec.head().bias());
          return new VocabularyHead(
              owner,
              names.finalNorm().map(n -> spec.norm().load(loader, n)),
              Optional.empty(),
              HeadWeight.load(
                  loader, name + ".weight", bias, spec.head().rule(), limits.headBytes()),
              limits.logitBytes());
        });
  }
}
