package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** OPT, and models of its architecture such as Galactica. */
final class OptModel implements CausalModel {
  private static final String DECODER = "model.decoder";
  private static final String EMBEDDING = DECODER + ".embed_tokens";
  private static final String POSITIONS = DECODER + ".embed_positions";

  private final OptConfig config;
  private final Limits limits;
  private final TensorCatalog catalog;

  OptModel(OptConfig config, Limits limits) {
    this.config = config;
    this.limits = limits;
    this.catalog = catalog(config);
  }

  private static TensorCatalog catalog(OptConfig config) {
    TensorCatalog catalog = new TensorCatalog();
    int hidden = config.hidden();
    catalog.vocabulary(EMBEDDING, config.vocabulary(), config.embedding());
    catalog.linear(
        POSITIONS, (long) config.maxPositions() + OptConfig.POSITION_OFFSET, hidden, false);
    if (config.projected()) {
      catalog.linear(DECODER + ".project_in", hidden, config.embedding(), false);
    }
    for (int i = 0; i < config.layers(); i++) {
      String layer = layer(i);
      for (String projection : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
        catalog.linear(layer + ".self_attn." + projection, hidden, hidden, config.bias());
      }
      norm(catalog, config, layer + ".self_attn_layer_norm");
      catalog.linear(layer + ".fc1", config.intermediate(), hidden, config.bias());
      catalog.linear(layer + ".fc2", hidden, config.intermediate(), config.bias());
      norm(catalog, config, layer + ".final_layer_norm");
    }
    if (config.finalNorm()) {
      norm(catalog, config, DECODER + ".final_layer_norm");
    }
    if (config.projected()) {
      catalog.linear(DECODER + ".project_out", config.embedding(), hidden, false);
    }
    if (!config.tiedHead()) {
      catalog.vocabulary("lm_head", config.vocabulary(), config.embedding());
    }
    return catalog;
  }

  private static void norm(TensorCatalog catalog, OptConfig config, String name) {
    if (config.affineNorm()) {
      catalog.vector(name + ".weight", config.hidden());
      catalog.vector(name + ".bias", config.hidden());
    }
  }

  private static String layer(int block) {
    return DECODER + ".layers." + block;
  }

  @Override
  public String architecture() {
    return "opt";
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
    return List.of(
        new LinearInput(
            attention + ".qkv",
            List.of(attention + ".q_proj", attention + ".k_proj", attention + ".v_proj"),
            config.hidden()),
        new LinearInput(attention + ".out", List.of(attention + ".out_proj"), config.hidden()),
        new LinearInput(layer + ".fc1", List.of(layer + ".fc1"), config.hidden()),
        new LinearInput(layer + ".fc2", List.of(layer + ".fc2"), config.intermediate()));
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
          NDArray positions =
              loader.loadRows(
                  POSITIONS + ".weight", OptConfig.POSITION_OFFSET, config.maxPositions());
          return new InputEmbedding(
              owner, rows, projection(loader, "project_in"), Optional.of(positions));
        });
  }

  private Optional<LinearLayer> projection(WeightLoader loader, String name) {
    return config.projected() ? Optional.of(loader.linear(DECODER + "." + name)) : Optional.empty();
  }

  @Override
  public AttentionShape attention() {
    return new AttentionShape(config.heads(), config.heads(), config.hidden() / config.heads());
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
          List<LinearInput> inputs = linearInputs(block);
          return new ResidualBlock(
              layer,
              owner,
              new ResidualSum(
                  layerNorm(loader, layer + ".self_attn_layer_norm"),
                  config.normBefore(),
                  attention(products, inputs)),
              new ResidualSum(
                  layerNorm(loader, layer + ".final_layer_norm"),
                  config.normBefore(),
                  new PlainMlp(
                      products.linear("fc1"),
                      products.linear("fc2"),
                      config.activation().equals("gelu"),
                      inputs.get(2),
                      inputs.get(3))));
        });
  }

  private Normalization layerNorm(WeightLoader loader, String name) {
    return Normalization.layer(loader, name, config.affineNorm(), config.hidden());
  }

  private SelfAttention attention(BlockProducts products, List<LinearInput> inputs) {
    return new SelfAttention(
        products.linear("self_attn.q_proj"),
        products.linear("self_attn.k_proj"),
        products.linear("self_attn.v_proj"),
        products.linear("self_attn.out_proj"),
        Optional.empty(),
        products.attention(attention(), 0, false, limits),
        attention().headDim(),
        inputs.get(0),
        inputs.get(1));
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
              config.finalNorm()
                  ? Optional.of(layerNorm(loader, DECODER + ".final_layer_norm"))
                  : Optional.empty(),
              projection(loader, "project_out"),
              HeadWeight.load(loader, name + ".weight", limits.headBytes()),
              limits.logitBytes());
        });
  }
}
