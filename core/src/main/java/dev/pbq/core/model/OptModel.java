package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.Optional;

/** OPT, and models of its architecture such as Galactica. */
final class OptModel implements CausalModel {
  private final OptConfig config;
  private final Limits limits;
  private final ModelLayout layout;

  OptModel(OptConfig config, Limits limits) {
    this.config = config;
    this.limits = limits;
    this.layout = OptLayout.of(config);
  }

  @Override
  public ModelLayout layout() {
    return layout;
  }

  @Override
  public DecoderOutline outline() {
    return new OptOutline(config, layout).outline();
  }

  @Override
  public TokenEmbedding embedding(NDManager parent, WeightSource weights) {
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          EmbeddingRows rows =
              EmbeddingRows.of(
                  loader, weights, OptLayout.OUTER.embedding() + ".weight", limits.tableBytes());
          NDArray positions =
              loader.loadRows(
                  OptLayout.POSITIONS + ".weight",
                  OptConfig.POSITION_OFFSET,
                  config.maxPositions());
          return new InputEmbedding(
              owner,
              rows,
              projection(loader, OptLayout.PROJECT_IN),
              Optional.of(
                  new InputEmbedding.LearnedPositions(
                      positions, OptConfig.POSITION_OFFSET, Optional.empty())));
        });
  }

  /** The norm behind the last block, where there is one. */
  Optional<Normalization> finalNorm(WeightLoader loader) {
    return OptLayout.OUTER
        .finalNorm()
        .filter(n -> config.finalNorm())
        .map(n -> layerNorm(loader, n));
  }

  Optional<LinearLayer> projection(WeightLoader loader, String name) {
    return config.projected() ? Optional.of(loader.linear(name)) : Optional.empty();
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
          return new ResidualBlock(
              name,
              owner,
              new ResidualSum(
                  layerNorm(loader, products.norm(NormRole.ATTENTION)),
                  config.normBefore(),
                  attention(products)),
              new ResidualSum(
                  layerNorm(loader, products.norm(NormRole.MLP)),
                  config.normBefore(),
                  products.plainMlp(config.activation().equals("gelu"))));
        });
  }

  private Normalization layerNorm(WeightLoader loader, String name) {
    return Normalization.layer(loader, name, config.affineNorm(), config.hidden());
  }

  private SelfAttention attention(BlockProducts products) {
    return new SelfAttention(
        new HeadProjection.Separate(
            products.linear(Role.QUERY),
            products.linear(Role.KEY),
            products.linear(Role.VALUE),
            attention()),
        products.linear(Role.ATTENTION_OUT),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        products.attention(attention(), 0, false, limits),
        products.input(Role.QUERY),
        products.input(Role.ATTENTION_OUT));
  }

  @Override
  public LanguageHead head(NDManager parent, WeightSource weights) {
    OuterNames names = OptLayout.OUTER;
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          String name = config.tiedHead() ? names.embedding() : names.head();
          return new VocabularyHead(
              owner,
              finalNorm(loader),
              projection(loader, OptLayout.PROJECT_OUT),
              HeadWeight.load(loader, name + ".weight", limits.headBytes()),
              limits.logitBytes(),
              0);
        });
  }
}
