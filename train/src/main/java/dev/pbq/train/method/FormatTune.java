package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.QuantizedLinear;
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

/**
 * Fine-tuning in number formats ({@code format-tune}; arXiv 2310.05079, section 4.3, and its
 * program llm-mixed-q): weights, biases and activations of the blocks are rounded in every forward
 * pass, and everything is trained, embeddings, norms and head too. Gradients pass the rounding
 * unchanged.
 */
public final class FormatTune implements TrainingMethod {
  /** The name of the method. */
  public static final String NAME = "format-tune";

  /** The original's learning rate. */
  public static final double LEARNING_RATE = 2e-5;

  private final String format;
  private final QuantConfig config;
  private final boolean compat;
  private final ProductOperands operands;
  private final WeightFormat weights;

  /**
   * The method fitted to a model.
   *
   * @param format what the user calls the configuration
   * @param config the formats of every operation
   * @param compat whether to compute as the original's program: its arithmetic, weights that are
   *     rounded once, at the start, and then trained in float32, and inputs of linears that pass no
   *     gradient
   * @throws PbqException USAGE if the configuration does not fit the model, or weights have no
   *     format that can be packed
   */
  public FormatTune(String format, QuantConfig config, boolean compat, TransformerModel model) {
    this.format = format;
    this.config = config;
    this.compat = compat;
    Rules rules = compat ? Rules.COMPAT : Rules.FIXED;
    ModelFormats formats = new ActFormat(format, config, rules, false).resolve(model);
    this.weights = new Weights(new FormatWeights(formats, model.layout()));
    ProductOperands rounded = new FormatOperands(formats, false);
    this.operands = compat ? (p, o) -> constant(rounded, p, o) : rounded;
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
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    settings.put("format", format);
    settings.put("compat", compat);
    settings.set(ActFormat.SETTING, config.toJson());
    return settings;
  }

  @Override
  public AdamW optimizer() {
    return new AdamW(0.9, 0.999, 1e-8, 0);
  }

  @Override
  public Objective objective() {
    return Objective.LANGUAGE_MODEL;
  }

  @Override
  public ProductOperands operands() {
    return operands;
  }

  @Override
  public TrainableLinear linear(String linear, FloatMatrix weight) {
    return new FormatLinear(linear, weight, weights, compat);
  }

  @Override
  public boolean trainsVectors() {
    return true;
  }

  @Override
  public boolean trainsTables() {
    return true;
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
}
