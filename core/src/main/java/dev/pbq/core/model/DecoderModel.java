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
  public DecoderOutline outline() {
    return spec.outline();
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
  public BlockCache cache(NDManager owner, int block, int sequences, int capacity) {
    return spec.blocks()
        .get(block)
        .attention()
        .sublayer()
        .state(owner, sequences, capacity)
        .orElseGet(() -> CausalModel.super.cache(owner, block, sequences, capacity));
  }

  @Override
  public LanguageHead head(NDManager parent, WeightSource weights) {
    return head(parent, weights, Long.MAX_VALUE);
  }

  @Override
  public LanguageHead scoringHead(NDManager parent, WeightSource weights) {
    return head(parent, weights, Limits.HELD_HEAD_BYTES);
  }

  /** The head, whose weight is held up to a size. */
  private LanguageHead head(NDManager parent, WeightSource weights, long heldBytes) {
    OuterNames names = spec.outer();
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          // Files of tied models may hold a head of other values: it is what counts then.
          boolean own = !spec.head().tied() || weights.contains(names.head() + ".weight");
          String name = (own ? names.head() : names.embedding()) + ".weight";
          Optional<String> bias =
              Optional.of(names.head() + ".bias").filter(b -> spec.head().bias());
          boolean held = HeadWeight.bytes(loader, name) <= heldBytes;
          long piece = held ? limits.headBytes() : Limits.READ_HEAD_BYTES;
          Optional<Normalization> norm = names.finalNorm().map(n -> spec.norm().load(loader, n));
          HeadWeight weight = HeadWeight.of(loader, name, bias, spec.head().rule(), piece);
          if (held) {
            weight.hold();
          }
          return new VocabularyHead(
              owner,
              norm,
              Optional.empty(),
              weight,
              limits.logitBytes(),
              held ? 0 : Limits.READ_HEAD_ROWS);
        });
  }
}
