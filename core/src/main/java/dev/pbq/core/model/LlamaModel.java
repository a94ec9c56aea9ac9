package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.Optional;

/** Llama, Mistral and Qwen2. */
final class LlamaModel implements CausalModel {
  private final LlamaConfig config;
  private final Limits limits;
  private final ModelLayout layout;

  LlamaModel(LlamaConfig config, Limits limits) {
    this.config = config;
    this.limits = limits;
    this.layout = LlamaLayout.of(config);
  }

  @Override
  public ModelLayout layout() {
    return layout;
  }

  @Override
  public Optional<Rope> rope() {
    return Optional.of(config.rope());
  }

  @Override
  public TokenEmbedding embedding(NDManager parent, WeightSource weights) {
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          EmbeddingRows rows =
              EmbeddingRows.of(
                  loader, weights, LlamaLayout.OUTER.embedding() + ".weight", limits.tableBytes());
          return new InputEmbedding(owner, rows, Optional.empty(), Optional.empty());
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
          return new ResidualBlock(
              name,
              owner,
              new ResidualSum(
                  norm(loader, products.norm(NormRole.ATTENTION)), true, attention(products)),
              new ResidualSum(norm(loader, products.norm(NormRole.MLP)), true, mlp(products)));
        });
  }

  private Normalization norm(WeightLoader loader, String name) {
    return Normalization.rootMeanSquare(loader, name, config.normEpsilon());
  }

  private SelfAttention attention(BlockProducts products) {
    return new SelfAttention(
        products.linear(Role.QUERY),
        products.linear(Role.KEY),
        products.linear(Role.VALUE),
        products.linear(Role.ATTENTION_OUT),
        products.rotary(config.rope(), attention().headDim()),
        products.attention(attention(), config.windows().get(products.block()), true, limits),
        attention().headDim(),
        products.input(Role.QUERY),
        products.input(Role.ATTENTION_OUT));
  }

  private static GatedMlp mlp(BlockProducts products) {
    return new GatedMlp(
        products.linear(Role.GATE),
        products.linear(Role.UP),
        products.linear(Role.DOWN),
        products.input(Role.GATE),
        products.input(Role.DOWN));
  }

  @Override
  public LanguageHead head(NDManager parent, WeightSource weights) {
    OuterNames names = LlamaLayout.OUTER;
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          String name = config.tiedHead() ? names.embedding() : names.head();
          return new VocabularyHead(
              owner,
              names.finalNorm().map(n -> norm(loader, n)),
              Optional.empty(),
              HeadWeight.load(loader, name + ".weight", limits.headBytes()),
              limits.logitBytes());
        });
  }
}
