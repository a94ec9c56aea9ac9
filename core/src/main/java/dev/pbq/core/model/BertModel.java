package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;
import java.util.Optional;

/** BERT for sequence classification, in the layout of Hugging Face's checkpoints. */
final class BertModel implements EncoderClassifier {
  private final BertConfig config;
  private final Limits limits;
  private final ModelLayout layout;

  BertModel(BertConfig config, Limits limits) {
    this.config = config;
    this.limits = limits;
    this.layout = BertLayout.of(config);
  }

  @Override
  public ModelLayout layout() {
    return layout;
  }

  @Override
  public List<String> labels() {
    return config.labels();
  }

  @Override
  public TokenEmbedding embedding(NDManager parent, WeightSource weights) {
    EncoderNames names = config.names();
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          EmbeddingRows rows =
              EmbeddingRows.of(
                  loader, weights, names.outer().embedding() + ".weight", limits.tableBytes());
          NDArray positions =
              loader.loadRows(
                  names.positions() + ".weight", config.firstPosition(), maxPositions());
          // Texts are no pairs: all of their tokens are of the first type.
          Optional<NDArray> type = names.types().map(t -> loader.loadRows(t + ".weight", 0, 1));
          return new InputEmbedding(
              owner,
              rows,
              Optional.empty(),
              Optional.of(
                  new InputEmbedding.LearnedPositions(positions, config.firstPosition(), type)),
              Optional.of(norm(loader, names.embeddingNorm())),
              1);
        });
  }

  private Normalization norm(WeightLoader loader, String name) {
    return Normalization.layer(loader, name, config.normEpsilon());
  }

  @Override
  public EncoderBlock block(
      NDManager parent, WeightSource weights, int block, ProductOperands operands) {
    String name = blockPrefix(block);
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          BlockProducts products = new BlockProducts(loader, layout, block, operands);
          return new BertBlock(
              name,
              owner,
              attention(products, norm(loader, products.norm(NormRole.ATTENTION))),
              new ResidualSum(
                  norm(loader, products.norm(NormRole.MLP)),
                  false,
                  products.plainMlp(config.gelu())));
        });
  }

  private BertBlock.AttentionHalf attention(BlockProducts products, Normalization norm) {
    return new BertBlock.AttentionHalf(
        products.linear(Role.QUERY),
        products.linear(Role.KEY),
        products.linear(Role.VALUE),
        products.linear(Role.ATTENTION_OUT),
        new EncoderAttention(
            products.loader().owner(), attention(), products.attentionOperands(), limits),
        attention().headDim(),
        norm,
        products.input(Role.QUERY),
        products.input(Role.ATTENTION_OUT));
  }

  @Override
  public ClassificationHead head(NDManager parent, WeightSource weights) {
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          return new PooledHead(
              owner,
              loader.linear(config.names().pooler()),
              config.names().poolerRelu(),
              loader.linear(config.names().outer().head()));
        });
  }
}
