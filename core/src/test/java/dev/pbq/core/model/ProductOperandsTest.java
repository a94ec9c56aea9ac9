package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.model.Product.Kind;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Operands of every product are seen, in their places, and what is done to them is computed with.
 */
class ProductOperandsTest {
  private static final JsonNode LLAMA =
      TestConfigs.llama("{'attention_bias': true, 'mlp_bias': true}");
  private static final JsonNode MISTRAL =
      TestConfigs.llama("{'model_type': 'mistral', 'sliding_window': 4}");
  private static final JsonNode OPT = TestConfigs.opt("{'do_layer_norm_before': false}");
  private static final int SEQUENCES = 2;
  private static final int TOKENS = 11;

  /** What one call saw. */
  private record Seen(
      Product product, Operand operand, int matrices, int rows, int cols, float[] x) {
    float at(int m, int r, int c) {
      return x[(m * rows + r) * cols + c];
    }

    List<Integer> shape() {
      return List.of(matrices, rows, cols);
    }
  }

  private NDManager manager;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  @BeforeEach
  void open() {
    manager = Engines.newManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static List<Seen> watch(ProductOperands inner, List<ProductOperands> operands) {
    List<Seen> seen = new ArrayList<>();
    operands.add(
        (product, operand) ->
            (x, matrices, rows, cols) -> {
              assertThat(x.isDirect()).isTrue();
              assertThat(x.order()).isEqualTo(ByteOrder.nativeOrder());
              assertThat(x.position()).isZero();
              inner.of(product, operand).apply(x, matrices, rows, cols);
              float[] copy = new float[matrices * rows * cols];
              x.get(0, copy);
              seen.add(new Seen(product, operand, matrices, rows, cols, copy));
            });
    return seen;
  }

  private float[] run(JsonNode config, ProductOperands operands) {
    MapWeights weights =
        config.get("model_type").textValue().equals("opt")
            ? ReferenceOpt.randomWeights(config, 3)
            : ReferenceLlama.randomWeights(config, 3);
    try (NDArray x = input();
        DecoderBlock block = Architectures.of(config, "c").block(manager, weights, 1, operands);
        NDArray y = block.forward(x, LinearInputTap.NONE)) {
      return y.toFloatArray();
    }
  }

  private NDArray input() {
    Random random = new Random(4);
    float[] values = new float[SEQUENCES * TOKENS * 48];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, new Shape(SEQUENCES, TOKENS, 48));
  }

  private Map<String, Seen> seen(JsonNode config, ProductOperands inner) {
    List<ProductOperands> operands = new ArrayList<>();
    List<Seen> seen = watch(inner, operands);
    run(config, operands.get(0));
    Map<String, Seen> byName = new LinkedHashMap<>();
    for (Seen s : seen) {
      assertThat(s.product().block()).isEqualTo(1);
      String name = s.product().path() + " " + s.operand();
      assertThat(byName.put(byName.containsKey(name) ? name + " 2" : name, s)).isNull();
    }
    return byName;
  }

  private static boolean scales(JsonNode config) {
    return !config.get("model_type").textValue().equals("opt");
  }

  @Test
  void everyOperandOfLlamaIsSeenOnce() {
    Map<String, Seen> seen = seen(LLAMA, ProductOperands.UNCHANGED);
    Map<String, List<Integer>> linears =
        Map.of(
            "self_attn.q_proj", List.of(48, 48),
            "self_attn.k_proj", List.of(16, 48),
            "self_attn.v_proj", List.of(16, 48),
            "self_attn.o_proj", List.of(48, 48),
            "mlp.gate_proj", List.of(80, 48),
            "mlp.up_proj", List.of(80, 48),
            "mlp.down_proj", List.of(48, 80));
    linears.forEach(
        (path, shape) -> {
          int outputs = shape.get(0);
          int inputs = shape.get(1);
          assertThat(seen.get(path + " LEFT").shape()).containsExactly(SEQUENCES, TOKENS, inputs);
          assertThat(seen.get(path + " RIGHT").shape()).containsExactly(1, outputs, inputs);
          assertThat(seen.get(path + " BIAS").shape()).containsExactly(1, 1, outputs);
        });
    assertThat(seen.get("self_attn.scores LEFT").shape()).containsExactly(12, TOKENS, 8);
    assertThat(seen.get("self_attn.scores RIGHT").shape()).containsExactly(4, 8, TOKENS);
    assertThat(seen.get("self_attn.context LEFT").shape()).containsExactly(12, TOKENS, TOKENS);
    assertThat(seen.get("self_attn.context RIGHT").shape()).containsExactly(4, TOKENS, 8);
    assertThat(seen.get("self_attn.rotary LEFT").shape()).containsExactly(1, TOKENS, 8);
    assertThat(seen).hasSize(7 * 3 + 4 + 2).containsKey("self_attn.rotary LEFT 2");
  }

  @Test
  void everyOperandOfOptIsSeenOnce() {
    Map<String, Seen> seen = seen(OPT, ProductOperands.UNCHANGED);
    assertThat(seen).hasSize(6 * 3 + 4);
    assertThat(seen.keySet())
        .contains("self_attn.out_proj LEFT", "fc1 RIGHT", "fc2 BIAS", "self_attn.scores LEFT");
    assertThat(seen.get("self_attn.scores LEFT").shape()).containsExactly(8, TOKENS, 12);
    assertThat(seen.get("fc1 RIGHT").shape()).containsExactly(1, 96, 48);
  }

  /** From the operands alone, the next operands follow: nothing is multiplied that is not seen. */
  @Test
  void operandsAreThoseOfTheProducts() {
    for (JsonNode config : List.of(LLAMA, MISTRAL, OPT)) {
      Map<String, Seen> seen = seen(config, ProductOperands.UNCHANGED);
      Seen q = seen.get("self_attn.scores LEFT");
      Seen k = seen.get("self_attn.scores RIGHT");
      Seen weights = seen.get("self_attn.context LEFT");
      Seen v = seen.get("self_attn.context RIGHT");
      int group = q.matrices() / k.matrices();
      int window = config.path("sliding_window").asInt(TOKENS);
      for (int h = 0; h < q.matrices(); h++) {
        for (int t = 0; t < TOKENS; t++) {
          double[] scores = new double[TOKENS];
          double total = 0;
          for (int s = Math.max(0, t - window + 1); s <= t; s++) {
            for (int i = 0; i < q.cols(); i++) {
              scores[s] += (double) q.at(h, t, i) * k.at(h / group, i, s);
            }
            scores[s] = Math.exp(scores[s] / (scales(config) ? Math.sqrt(q.cols()) : 1));
            total += scores[s];
          }
          for (int s = 0; s < TOKENS; s++) {
            assertThat((double) weights.at(h, t, s)).isCloseTo(scores[s] / total, within(1e-5));
          }
        }
      }
      Seen output = seen.get(scales(config) ? "self_attn.o_proj LEFT" : "self_attn.out_proj LEFT");
      int heads = q.matrices() / SEQUENCES;
      for (int i = 0; i < output.x().length; i++) {
        int column = i % output.cols();
        int t = i / output.cols() % TOKENS;
        int h = i / output.cols() / TOKENS * heads + column / v.cols();
        double sum = 0;
        for (int s = 0; s < TOKENS; s++) {
          sum += (double) weights.at(h, t, s) * v.at(h / group, s, column % v.cols());
        }
        assertThat((double) output.x()[i]).isCloseTo(sum, within(1e-5));
      }
    }
  }

  /** Powers of two cancel exactly between the operands of a product. */
  @Test
  void changedOperandsAreWhatIsMultiplied() {
    for (JsonNode config : List.of(LLAMA, MISTRAL, OPT)) {
      float[] expected = run(config, ProductOperands.UNCHANGED);
      float[] watched = run(config, (product, operand) -> (x, m, r, c) -> {});
      float[] cancelled =
          run(
              config,
              (product, operand) ->
                  product.kind() == Kind.ROTARY || operand == Operand.BIAS
                      ? OperandTransform.NONE
                      : times(operand == Operand.LEFT ? 4 : 0.25f));
      assertThat(cancelled).isEqualTo(watched);
      for (int i = 0; i < expected.length; i++) {
        assertThat(watched[i]).isCloseTo(expected[i], within(2e-5f));
      }
      for (Kind kind : List.of(Kind.LINEAR, Kind.SCORES, Kind.CONTEXT)) {
        for (Operand side : List.of(Operand.LEFT, Operand.RIGHT)) {
          float[] changed =
              run(
                  config,
                  (product, operand) ->
                      product.kind() == kind && operand == side ? times(2) : OperandTransform.NONE);
          assertThat(changed).as("%s %s", kind, side).isNotEqualTo(expected);
        }
      }
    }
  }

  @Test
  void biasesAndTablesAreChanged() {
    float[] expected = run(LLAMA, ProductOperands.UNCHANGED);
    float[] withoutBias =
        run(
            LLAMA,
            (product, operand) -> operand == Operand.BIAS ? times(0) : OperandTransform.NONE);
    assertThat(withoutBias).isNotEqualTo(expected);

    ProductOperands halves =
        (product, operand) ->
            product.kind() == Kind.ROTARY
                ? (x, matrices, rows, cols) -> {
                  for (int i = 0; i < rows * cols; i++) {
                    x.put(i, x.get(i) * (i % cols < cols / 2 ? 2 : 0));
                  }
                }
                : OperandTransform.NONE;
    Seen plain = seen(LLAMA, ProductOperands.UNCHANGED).get("self_attn.scores LEFT");
    Seen changed = seen(LLAMA, halves).get("self_attn.scores LEFT");
    for (int m = 0; m < plain.matrices(); m++) {
      for (int t = 0; t < TOKENS; t++) {
        for (int i = 0; i < 8; i++) {
          float factor = i < 4 ? 2 : 0;
          assertThat(changed.at(m, t, i)).isCloseTo(factor * plain.at(m, t, i), within(1e-5f));
        }
      }
    }
  }

  private static OperandTransform times(float factor) {
    return (x, matrices, rows, cols) -> {
      for (int i = 0; i < matrices * rows * cols; i++) {
        x.put(i, x.get(i) * factor);
      }
    };
  }

  @Test
  void someHeadsAtATimeGiveTheSame() {
    MapWeights weights = ReferenceLlama.randomWeights(LLAMA, 3);
    Limits oneHead = new Limits(1, 64, 1 << 20, 1 << 20, 0);
    ProductOperands watched = (product, operand) -> (x, m, r, c) -> {};
    try (NDArray x = input();
        DecoderBlock block = Architectures.of(LLAMA, "c").block(manager, weights, 1, watched);
        DecoderBlock narrow =
            Architectures.of(LLAMA, "c", oneHead).block(manager, weights, 1, watched);
        NDArray y = block.forward(x, LinearInputTap.NONE);
        NDArray z = narrow.forward(x, LinearInputTap.NONE)) {
      float[] expected = y.toFloatArray();
      float[] actual = z.toFloatArray();
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
      }
    }
  }

  @Test
  void noArrayOutlivesACall() {
    for (JsonNode config : List.of(LLAMA, OPT)) {
      MapWeights weights =
          scales(config)
              ? ReferenceLlama.randomWeights(config, 3)
              : ReferenceOpt.randomWeights(config, 3);
      ProductOperands watched = (product, operand) -> (x, m, r, c) -> {};
      try (NDManager scope = manager.newSubManager();
          NDArray x = input();
          DecoderBlock block = Architectures.of(config, "c").block(manager, weights, 1, watched)) {
        x.attach(scope);
        float[] before = x.toFloatArray();
        for (int i = 0; i < 3; i++) {
          try (NDArray y = block.forward(x, LinearInputTap.NONE)) {
            assertThat(scope.getManagedArrays()).containsExactlyInAnyOrder(x, y);
          }
        }
        assertThat(x.toFloatArray()).isEqualTo(before);
      }
    }
  }
}
