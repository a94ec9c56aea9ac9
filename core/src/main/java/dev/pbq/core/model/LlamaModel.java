package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Llama, Mistral and Qwen2. */
final class LlamaModel implements CausalModel {
  private static final String EMBEDDING = "model.embed_tokens";

  private final LlamaConfig config;
  private final Limits limits;
  private final TensorCatalog catalog;

  LlamaModel(LlamaConfig config, Limits limits) {
    this.config = config;
    this.limits = limits;
    this.catalog = catalog(config);
  }

  private static TensorCatalog catalog(LlamaConfig config) {
    TensorCatalog catalog = new TensorCatalog();
    int hidden = config.hidden();
    int queryWidth = config.heads() * config.headDim();
    int keyWidth = config.keyValueHeads() * config.headDim();
    catalog.vocabulary(EMBEDDING, config.vocabulary(), hidden);
    for (int i = 0; i < config.layers(); i++) {
      String layer = layer(i);
      catalog.vector(layer + ".input_layernorm.weight", hidden);
      catalog.linear(layer + ".self_attn.q_proj", queryWidth, hidden, config.queryBias());
      catalog.linear(layer + ".self_attn.k_proj", keyWidth, hidden, config.queryBias());
      catalog.linear(layer + ".self_attn.v_proj", keyWidth, hidden, config.queryBias());
      catalog.linear(layer + ".self_attn.o_proj", hidden, queryWidth, config.outputBias());
      catalog.vector(layer + ".post_attention_layernorm.weight", hidden);
      catalog.linear(layer + ".mlp.gate_proj", config.intermediate(), hidden, config.mlpBias());
      catalog.linear(layer + ".mlp.up_proj", config.intermediate(), hidden, config.mlpBias());
      catalog.linear(layer + ".mlp.down_proj", hidden, config.intermediate(), config.mlpBias());
    }
    catalog.vector("model.norm.weight", hidden);
    if (!config.tiedHead()) {
      catalog.vocabulary("lm_head", config.vocabulary(), hidden);
    }
    return catalog;
  }

  private static String layer(int block) {
    return "model.layers." + block;
  }

  @Override
  public String architecture() {
    return config.modelType();
  }

  @Override
  public int blocks() {
    return config.layers();
  }

  @Override
  public int vocabularySize() {
    return config.vocabulary();
  }

  @Override
  public int hiddenSize() {
    return config.hidden();
  }

  @Override
  public int maxPositions() {
    return config.maxPositions();
  }

  @Override
  public String blockPrefix(int block) {
    return layer(Objects.checkIndex(block, blocks()));
  }

  @Override
  public List<LinearInput> linearInputs(int block) {
    String layer = blockPrefix(block);
    String attention = layer + ".self_attn";
    String mlp = layer + ".mlp";
    return List.of(
        new LinearInput(
            attention + ".qkv",
            List.of(attention + ".q_proj", attention + ".k_proj", attention + ".v_proj"),
            config.hidden()),
        new LinearInput(
            attention + ".o", List.of(attention + ".o_proj"), config.heads() * config.headDim()),
        new LinearInput(
            mlp + ".gate_up", List.of(mlp + ".gate_proj", mlp + ".up_proj"), config.hidden()),
        new LinearInput(mlp + ".down", List.of(mlp + ".down_proj"), config.intermediate()));
  }

  @Override
  public int[] linearShape(String linear) {
    return catalog.linearShape(linear);
  }

  @Override
  public List<String> requiredTensors() {
    return catalog.names();
  }

  @Override
  public TokenEmbedding embedding(NDManager parent, WeightSource weights) {
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, catalog);
          EmbeddingRows rows =
              EmbeddingRows.of(loader, weights, EMBEDDING + ".weight", limits.tableBytes());
          return new InputEmbedding(owner, rows, Optional.empty(), Optional.empty());
        });
  }

  @Override
  public AttentionShape attention() {
    return new AttentionShape(config.heads(), config.keyValueHeads(), config.headDim());
  }

  @Override
  public DecoderBlock block(
      NDManager parent, WeightSource weights, int block, ProductOperands operands) {
    String layer = layer(Objects.checkIndex(block, blocks()));
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, catalog);
          BlockProducts products = new BlockProducts(loader, layer, block, operands);
          return new ResidualBlock(
              layer,
              owner,
              new ResidualSum(norm(loader, layer + ".input_layernorm"), true, attention(products)),
              new ResidualSum(
                  norm(loader, layer + ".post_attention_layernorm"), true, mlp(products)));
        });
  }

  private Normalization norm(WeightLoader loader, String name) {
    return Normalization.rootMeanSquare(loader, name, config.normEpsilon());
  }

  private SelfAttention attention(BlockProducts products) {
    List<LinearInput> inputs = linearInputs(products.block());
    return new SelfAttention(
        products.linear("self_attn.q_proj"),
        products.linear("self_attn.k_proj"),
        products.linear("self_attn.v_proj"),
        products.linear("self_attn.o_proj"),
        products.rotary(config.rope(), config.headDim()),
        products.attention(attention(), config.windows().get(products.block()), true, limits),
        config.headDim(),
        inputs.get(0),
        inputs.get(1));
  }

  private GatedMlp mlp(BlockProducts products) {
    List<LinearInput> inputs = linearInputs(products.block());
    return new GatedMlp(
        products.linear("mlp.gate_proj"),
        products.linear("mlp.up_proj"),
        products.linear("mlp.down_proj"),
        inputs.get(2),
        inputs.get(3));
  }

  @Override
  public LanguageHead head(NDManager parent, WeightSource weights) {
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, catalog);
          String name = config.tiedHead() ? EMBEDDING : "lm_head";
          return new VocabularyHead(
              owner,
              Optional.of(norm(loader, "model.norm")),
              Optional.empty(),
              HeadWeight.load(loader, name + ".weight", limits.headBytes()),
              limits.logitBytes());
        });
  }
}
