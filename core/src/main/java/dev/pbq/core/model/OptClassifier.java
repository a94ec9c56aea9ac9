package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;

/**
 * OPT with a linear that scores a text's last token for each label, in the place of the vocabulary:
 * {@code OPTForSequenceClassification} in the layout of Hugging Face's checkpoints. Padding stands
 * behind a text, where none of its tokens sees it.
 */
final class OptClassifier implements EncoderClassifier {
  /** What a configuration calls it. */
  static final String ARCHITECTURE = "OPTForSequenceClassification";

  private final List<String> labels;
  private final OptModel decoder;
  private final ModelLayout layout;

  OptClassifier(OptConfig config, List<String> labels, Limits limits) {
    this.labels = List.copyOf(labels);
    this.decoder = new OptModel(config, limits);
    this.layout = OptLayout.scored(config, labels.size());
  }

  /** Whether a configuration of an OPT describes a classifier. */
  static boolean isDescribedBy(ConfigKeys config) {
    return config.texts("architectures").orElse(List.of()).contains(ARCHITECTURE);
  }

  @Override
  public ModelLayout layout() {
    return layout;
  }

  @Override
  public List<String> labels() {
    return labels;
  }

  @Override
  public TokenEmbedding embedding(NDManager parent, WeightSource weights) {
    return decoder.embedding(parent, weights);
  }

  @Override
  public EncoderBlock block(
      NDManager parent, WeightSource weights, int block, ProductOperands operands) {
    return new Causal(decoder.block(parent, weights, block, operands));
  }

  @Override
  public ClassificationHead head(NDManager parent, WeightSource weights) {
    return OwnedArrays.build(
        parent,
        owner -> {
          WeightLoader loader = new WeightLoader(owner, weights, layout.catalog());
          return new ScoreHead(
              owner,
              decoder.finalNorm(loader),
              decoder.projection(loader, OptLayout.PROJECT_OUT),
              loader.linear(OptLayout.SCORED.head()));
        });
  }

  /** A block in which every token sees those before it, and so no padding. */
  private record Causal(DecoderBlock block) implements EncoderBlock {
    @Override
    public NDArray forward(NDArray hidden, int[] lengths, LinearInputTap tap) {
      return block.forward(hidden, tap);
    }

    @Override
    public NDArray record(NDArray hidden, int[] lengths) {
      return block.record(hidden);
    }

    @Override
    public List<NDArray> weights() {
      return block.weights();
    }

    @Override
    public void close() {
      block.close();
    }
  }
}
