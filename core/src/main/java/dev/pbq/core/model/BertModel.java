package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** BERT for sequence classification, in the layout of Hugging Face's checkpoints. */
final class BertModel implements EncoderClassifier {
  private static final String EMBEDDINGS = "bert.embeddings";
  private static final String WORDS = EMBEDDINGS + ".word_embeddings";
  private static final String POSITIONS = EMBEDDINGS + ".position_embeddings";
  private static final String TYPES = EMBEDDINGS + ".token_type_embeddings";
  private static final String POOLER = "bert.pooler.dense";
  private static final String CLASSIFIER = "classifier";

  private final BertConfig config;
  private final Limits limits;
  private final TensorCatalog catalog;

  BertModel(BertConfig config, Limits limits) {
    this.config = config;
    this.limits = limits;
    this.catalog = catalog(config);
  }

  private static TensorCatalog catalog(BertConfig config) {
    TensorCatalog catalog = new TensorCatalog();
    int hidden = config.hidden();
    catalog.vocabulary(WORDS, config.vocabulary(), hidden);
    catalog.linear(POSITIONS, config.maxPositions(), hidden, false);
    catalog.linear(TYPES, config.tokenTypes(), hidden, false);
    norm(catalog, EMBEDDINGS, hidden);
    for (int i = 0; i < config.layers(); i++) {
      String layer = layer(i);
      for (String projection : List.of("query", "key", "value")) {
        catalog.linear(layer + ".attention.self." + projection, hidden, hidden, true);
      }
      catalog.linear(layer + ".attention.output.dense", hidden, hidden, true);
      norm(catalog, layer + ".attention.output", hidden);
      catalog.linear(layer + ".intermediate.dense", config.intermediate(), hidden, true);
      catalog.linear(layer + ".output.dense", hidden, config.intermediate(), true);
      norm(catalog, layer + ".output", hidden);
    }
    catalog.linear(POOLER, hidden, hidden, true);
    catalog.linear(CLASSIFIER, config.labels().size(), hidden, true);
    return catalog;
  }

  private static void norm(TensorCatalog catalog, String parent, int hidden) {
    catalog.vector(parent + ".LayerNorm.weight", hidden);
    catalog.vector(parent + ".LayerNorm.bias", hidden);
  }

  private static String layer(int block) {
    return "bert.encoder.layer." + block;
  }

  @Override
  public String architecture() {
    return "bert";
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
  public List<String> labels() {
    return config.labels();
  }

  @Override
  public AttentionShape attention() {
    return new AttentionShape(config.heads(), config.heads(), config.hidden() / config.heads());
  }

  @Override
  public String blockPrefix(int block) {
    return layer(Objects.checkIndex(block, blocks()));
  }

  @Override
  public List<LinearInput> linearInputs(int block) {
    String layer = blockPrefix(block);
    String self = layer + ".attention.self";
    String attended = layer + ".attention.output.dense";
    return List.of(
        new LinearInput(
            self + ".qkv",
            List.of(self + ".query", self + ".key", self + ".value"),
            config.hidden()),
        new LinearInput(attended, List.of(attended), config.hidden()),
        new LinearInput(
            layer + ".intermediate.dense", List.of(layer + ".intermediate.dense"), config.hidden()),
        new LinearInput(
            layer + ".output.dense", List.of(layer + ".output.dense"), config.intermediate()));
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
              EmbeddingRows.of(loader, weights, WORDS + ".weight", limits.tableBytes());
          NDArray positions = loader.load(POSITIONS + ".weight");
          // Texts are no pairs: all of their tokens are of the first type.
          try (NDArray firstType = loader.loadRows(TYPES + ".weight", 0, 1)) {
            positions.addi(firstType);
          }
          return new InputEmbedding(
              owner,
              rows,
              Optional.empty(),
              Optional.of(positions),
              Optional.of(norm(loader, EMBEDDINGS)));
        });
  }

  private Normalization norm(WeightLoader loader, String parent) {
    return Normalization.layer(loader, parent + ".LayerNorm", config.normEpsilon());
  }

  @Override
  public EncoderBlock block(
      NDManager parent, WeightSource weights, int block, ProductOperands operands) {
    String layer = blockPrefix(block);
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, catalog);
          BlockProducts products = new BlockProducts(loader, layer, block, operands);
          List<LinearInput> inputs = linearInputs(block);
          return new BertBlock(
              layer,
              owner,
              attention(products, inputs, norm(loader, layer + ".attention.output")),
              new ResidualSum(
                  norm(loader, layer + ".output"),
                  false,
                  new PlainMlp(
                      products.linear("intermediate.dense"),
                      products.linear("output.dense"),
                      config.gelu(),
                      inputs.get(2),
                      inputs.get(3))));
        });
  }

  private BertBlock.AttentionHalf attention(
      BlockProducts products, List<LinearInput> inputs, Normalization norm) {
    return new BertBlock.AttentionHalf(
        products.linear("attention.self.query"),
        products.linear("attention.self.key"),
        products.linear("attention.self.value"),
        products.linear("attention.output.dense"),
        new EncoderAttention(
            products.loader().owner(), attention(), products.operandsOf("attention"), limits),
        attention().headDim(),
        norm,
        inputs.get(0),
        inputs.get(1));
  }

  @Override
  public ClassificationHead head(NDManager parent, WeightSource weights) {
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, catalog);
          return new PooledHead(owner, loader.linear(POOLER), loader.linear(CLASSIFIER));
        });
  }
}
