package dev.pbq.formats.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.Role;
import dev.pbq.core.testkit.Synthetic;
import dev.pbq.formats.arithmetic.Rules;
import dev.pbq.formats.arithmetic.TensorFormat;
import dev.pbq.formats.config.Architecture;
import dev.pbq.formats.config.ModelFormats;
import dev.pbq.formats.config.OperandRole;
import dev.pbq.formats.config.Presets;
import dev.pbq.formats.config.QuantConfig;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Each operand is rounded to its own format, cut into blocks as the reference cuts it. */
class FormatOperandsTest {
  /** Every operand of every operation has another width. */
  private static final String TOML =
      Presets.toml("bfp-w6a6")
              .orElseThrow()
              .replace("weight_width = 6", "weight_width = 5")
              .replace("bias_width = 6", "bias_width = 4")
              .replace("[1, 16]", "[2, 3]")
              .replace("[16]", "[5]")
          + "[matmul]\n"
          + operands(7, 8)
          + "[model_layer_1.self_attn.matmul_1]\n"
          + operands(3, 9);

  private static String operands(int left, int right) {
    StringBuilder keys = new StringBuilder("name = \"block_fp\"\n");
    for (String role : new String[] {"data_in", "weight"}) {
      keys.append(role + "_width = " + (role.equals("weight") ? right : left) + "\n");
      keys.append(role + "_exponent_width = 8\n");
      keys.append(role + "_exponent_bias = 127\n");
      keys.append(role + "_block_size = [2, 3]\n");
    }
    return keys.toString();
  }

  private static final ModelFormats FORMATS =
      new ModelFormats(QuantConfig.parse(TOML, "t"), Architecture.LLAMA, 2, Rules.FIXED);

  private static float[] applied(Product product, Operand operand, int m, int r, int c) {
    float[] x = Synthetic.weight(m * r, c, 7).data();
    new FormatOperands(FORMATS, true).of(product, operand).apply(FloatBuffer.wrap(x), m, r, c);
    return x;
  }

  private static TensorFormat format(int layer, String path, OperandRole role) {
    return FORMATS.operation(layer, path).of(role).orElseThrow();
  }

  @Test
  void linears() {
    Product up = Product.linear(1, Role.UP, "mlp.up_proj");
    float[] x = Synthetic.weight(3 * 5, 7, 7).data();
    format(1, "mlp.up_proj", OperandRole.DATA_IN).quantize(FloatBuffer.wrap(x), true, 3, 5, 7);
    assertThat(applied(up, Operand.LEFT, 3, 5, 7)).isEqualTo(x);

    float[] w = Synthetic.weight(15, 7, 7).data();
    format(1, "mlp.up_proj", OperandRole.WEIGHT).quantize(FloatBuffer.wrap(w), false, 15, 7);
    assertThat(applied(up, Operand.RIGHT, 1, 15, 7)).isEqualTo(w).isNotEqualTo(x);

    float[] b = Synthetic.weight(1, 7, 7).data();
    format(1, "mlp.up_proj", OperandRole.BIAS).quantize(FloatBuffer.wrap(b), false, 7);
    assertThat(applied(up, Operand.BIAS, 1, 1, 7)).isEqualTo(b);
  }

  @Test
  void productsOfAttention() {
    for (int layer = 0; layer < 2; layer++) {
      for (Operand operand : new Operand[] {Operand.LEFT, Operand.RIGHT}) {
        OperandRole role = operand == Operand.LEFT ? OperandRole.DATA_IN : OperandRole.WEIGHT;
        float[] scores = Synthetic.weight(3 * 5, 7, 7).data();
        format(layer, "self_attn.matmul_0", role).quantize(FloatBuffer.wrap(scores), true, 3, 5, 7);
        assertThat(applied(Product.of(layer, Product.Kind.SCORES, "any"), operand, 3, 5, 7))
            .isEqualTo(scores);
        float[] context = Synthetic.weight(3 * 5, 7, 7).data();
        format(layer, "self_attn.matmul_1", role)
            .quantize(FloatBuffer.wrap(context), true, 3, 5, 7);
        assertThat(applied(Product.of(layer, Product.Kind.CONTEXT, "any"), operand, 3, 5, 7))
            .isEqualTo(context);
        assertThat(Arrays.equals(context, scores)).isEqualTo(layer == 0);
      }
    }
  }

  @Test
  void rotaryTables() {
    float[] table = Synthetic.weight(5, 8, 7).data();
    format(0, "self_attn.rotary_positional_encoding", OperandRole.DATA_IN)
        .quantize(FloatBuffer.wrap(table), false, 5, 8);
    assertThat(applied(Product.of(0, Product.Kind.ROTARY, "any"), Operand.LEFT, 1, 5, 8))
        .isEqualTo(table);
  }

  @Test
  void packedWeightsAndBypassedOperationsAreLeftAlone() {
    Product up = Product.linear(0, Role.UP, "mlp.up_proj");
    assertThat(new FormatOperands(FORMATS, false).of(up, Operand.RIGHT))
        .isSameAs(OperandTransform.NONE);
    assertThat(
            new FormatOperands(FORMATS, false)
                .of(Product.of(0, Product.Kind.SCORES, "any"), Operand.RIGHT))
        .isNotSameAs(OperandTransform.NONE);
    ModelFormats bypass =
        new ModelFormats(Presets.of("bypass"), Architecture.LLAMA, 2, Rules.FIXED);
    for (Product.Kind kind : Product.Kind.values()) {
      Product product = kind == Product.Kind.LINEAR ? up : Product.of(0, kind, "any");
      for (Operand operand : Operand.values()) {
        assertThat(new FormatOperands(bypass, true).of(product, operand))
            .isSameAs(OperandTransform.NONE);
      }
    }
  }

  @Test
  void aBiasThatTheConfigurationForgets() {
    ModelFormats formats =
        new ModelFormats(
            QuantConfig.parse(TOML.replaceAll("bias_.*\n", ""), "my.toml"),
            Architecture.LLAMA,
            2,
            Rules.FIXED);
    assertThatThrownBy(
            () ->
                new FormatOperands(formats, true)
                    .of(Product.linear(0, Role.UP, "mlp.up_proj"), Operand.BIAS))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("my.toml: [default] says nothing of biases, and mlp.up_proj has one");
  }
}
