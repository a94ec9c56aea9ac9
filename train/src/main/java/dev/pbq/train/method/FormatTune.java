package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.quant.SettingsReader;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.QuantConfig;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.formats.model.FormatOperands;
import dev.pbq.formats.model.FormatWeights;
import dev.pbq.train.layer.FormatLinear;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.layer.WeightFormat;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.student.Objective;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * Fine-tuning in number formats ({@code format-tune}; arXiv 2310.05079, section 4.3, and its
 * program llm-mixed-q): weights, biases and activations of the blocks are rounded in every forward
 * pass, and everything is trained, embeddings, norms and head too. Gradients pass the rounding
 * unchanged.
 */
public final class FormatTune implements TrainingMethod {
  /** The name of the method. */
  public static final String NAME = "format-tune";

  /** 4 epochs of 67349 sentences in batches of 16 x 4. */
  private static final TrainingDefaults DEFAULTS =
      new TrainingDefaults(2e-5, 16, 4, 128, 4210, steps -> 0);

  private final FormatTuneSettings options;
  private final QuantConfig config;
  // Empty until the method is fitted to a model.
  private final Optional<Fit> fit;

  /** What the formats are to one model. */
  private record Fit(FormatWeights weights, ProductOperands operands) {}

  /**
   * The method with its settings, to be {@linkplain #fitted fitted} to a model.
   *
   * @throws PbqException USAGE, NOT_FOUND or BAD_DATA if there is no such format
   */
  public FormatTune(FormatTuneSettings options) {
    this(options, options.config(), Optional.empty());
  }

  private FormatTune(FormatTuneSettings options, QuantConfig config, Optional<Fit> fit) {
    this.options = options;
    this.config = config;
    this.fit = fit;
  }

  /**
   * {@inheritDoc}
   *
   * @throws PbqException USAGE if the formats do not fit the model, or weights have none that can
   *     be packed
   */
  @Override
  public FormatTune fitted(TransformerModel model) {
    boolean compat = options.compat();
    Rules rules = compat ? Rules.COMPAT : Rules.FIXED;
    ModelFormats formats = new ActFormat(options.format(), config, rules, false).resolve(model);
    FormatWeights weights = new FormatWeights(formats, model.layout());
    ProductOperands rounded = new FormatOperands(formats, false);
    ProductOperands operands = compat ? (p, o) -> constant(rounded, p, o) : rounded;
    return new FormatTune(options, config, Optional.of(new Fit(weights, operands)));
  }

  private Fit fit() {
    return fit.orElseThrow(() -> new IllegalStateException(NAME + " is fitted to no model"));
  }

  /** The formats of weights as layers take them. */
  private record Weights(FormatWeights formats) implements WeightFormat {
    @Override
    public void round(String linear, FloatMatrix weight) {
      formats.round(linear, weight);
    }

    @Override
    public QuantizedLinear pack(String linear, FloatMatrix weight) {
      return formats.pack(linear, weight);
    }
  }

  /** A change that gradients do not pass. */
  private record Constant(OperandTransform change) implements OperandTransform {
    @Override
    public void apply(FloatBuffer x, int matrices, int rows, int cols) {
      change.apply(x, matrices, rows, cols);
    }

    @Override
    public boolean passesGradients() {
      return false;
    }
  }

  private static OperandTransform constant(
      ProductOperands rounded, Product product, Operand operand) {
    OperandTransform change = rounded.of(product, operand);
    boolean input = product.kind() == Product.Kind.LINEAR && operand == Operand.LEFT;
    return input && change != OperandTransform.NONE ? new Constant(change) : change;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ObjectNode settings() {
    ObjectNode settings = SettingsReader.write(options);
    settings.set(ActFormat.SETTING, config.toJson());
    return settings;
  }

  @Override
  public TrainingDefaults defaults() {
    return DEFAULTS;
  }

  @Override
  public AdamW optimizer() {
    return new AdamW(0.9, 0.999, 1e-8, 0);
  }

  @Override
  public Objective objective() {
    return new Objective(1 - options.distill(), options.distill(), 0);
  }

  @Override
  public ProductOperands operands() {
    return fit().operands();
  }

  @Override
  public TrainableLinear linear(String linear, FloatMatrix weight) {
    return new FormatLinear(linear, weight, new Weights(fit().weights()), options.compat());
  }

  @Override
  public boolean trainsVector(String tensor, boolean ofLinear) {
    return true;
  }

  @Override
  public boolean trainsTables() {
    return true;
  }

  @Override
  public double paperBits(int rows, int cols) {
    return fit().weights().bits(rows, cols);
  }

  /** Width, and the share of what a block shares; blocks that are cut off count as whole ones. */
  @Override
  public double paperBits(QuantizedLinear packed) {
    BlockFormatLinear linear = (BlockFormatLinear) packed;
    double width = linear.format().width();
    if (linear.format().sharedBits() == 0) {
      return width;
    }
    long numbers = (long) linear.blockRows() * linear.blockCols();
    return (numbers * width + linear.format().sharedBits())
        * linear.shared().length
        / ((double) linear.rows() * linear.cols());
  }

  @Override
  public long estimateStoredBits(int rows, int cols) {
    return (long) (paperBits(rows, cols) * rows * cols);
  }
}
