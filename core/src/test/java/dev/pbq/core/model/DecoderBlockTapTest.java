package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The taps of a decoder block: what they see is what the linears read. */
class DecoderBlockTapTest extends DecoderBlockFixture {
  /**
   * The tapped inputs are what the linears read: an output computed from the last tapped input and
   * the weights, plus the residual, is the block's output; q/k/v of the first reproduce the norm.
   */
  @Test
  void tapSeesTheInputsOfTheLinears() {
    tapSeesInputs(LLAMA, "model.layers.1.mlp.down_proj", 80);
    tapSeesInputs(OPT, "model.decoder.layers.1.fc2", 96);
  }

  private void tapSeesInputs(JsonNode config, String lastLinear, int lastFeatures) {
    CausalModel model = Architectures.of(config, "c");
    MapWeights weights = weights(config);
    Map<String, float[]> seen = new LinkedHashMap<>();
    try (DecoderBlock block = model.block(manager, weights, 1);
        NDArray x = random(2, 11, 7)) {
      float[] hidden = x.toFloatArray();
      float[] untapped = run(block, x);
      float[] output;
      try (NDArray y =
          block.forward(
              x,
              (input, values, sequences, tokens) -> {
                assertThat(values.isDirect()).isTrue();
                assertThat(values.order()).isEqualTo(ByteOrder.nativeOrder());
                assertThat(sequences).isEqualTo(2);
                assertThat(tokens).isEqualTo(11);
                assertThat(values.remaining()).isEqualTo(22 * input.features());
                float[] copy = new float[values.remaining()];
                values.get(copy);
                seen.put(input.name(), copy);
              })) {
        output = y.toFloatArray();
      }
      assertThat(output).isEqualTo(untapped);
      List<LinearInput> inputs = model.linearInputs(1);
      assertThat(seen.keySet())
          .containsExactlyElementsOf(inputs.stream().map(LinearInput::name).toList());
      assertThat(inputs.get(3).linears()).extracting(Linear::name).containsExactly(lastLinear);
      assertThat(inputs.get(3).features()).isEqualTo(lastFeatures);

      // x + out(context) is the input of the second half; adding down(...) to it gives the output.
      float[] context = seen.get(inputs.get(1).name());
      float[] inner = seen.get(inputs.get(3).name());
      double worst = 0;
      for (int row = 0; row < 22; row++) {
        double[] first = apply(weights, inputs.get(1), context, row);
        double[] second = apply(weights, inputs.get(3), inner, row);
        for (int i = 0; i < 48; i++) {
          double expected = hidden[row * 48 + i] + first[i] + second[i];
          worst = Math.max(worst, Math.abs(expected - output[row * 48 + i]));
        }
      }
      assertThat(worst).isLessThan(1e-4);
    }
  }

  private static double[] apply(MapWeights weights, LinearInput input, float[] x, int row) {
    double[] values = new double[input.features()];
    for (int i = 0; i < values.length; i++) {
      values[i] = x[row * values.length + i];
    }
    return Float64.linear(weights, input.linears().get(0).name(), values);
  }

  @Test
  void stoppingAtAnInputShowsWhatTheWholeBlockShowsUpToThere() {
    JsonNode normLast = TestConfigs.opt("{'do_layer_norm_before': false}");
    for (JsonNode config : List.of(LLAMA, OPT, normLast)) {
      try (DecoderBlock block = block(config);
          NDArray x = random(2, 11, 7)) {
        Map<String, float[]> whole = new LinkedHashMap<>();
        block.forward(x, copyInto(whole)).close();
        List<LinearInput> inputs = Architectures.of(config, "c").linearInputs(1);
        assertThat(whole).hasSize(inputs.size());
        List<String> reached = new ArrayList<>();
        for (LinearInput last : inputs) {
          reached.add(last.name());
          Map<String, float[]> seen = new LinkedHashMap<>();
          block.forwardTo(last, x, copyInto(seen));
          assertThat(List.copyOf(seen.keySet())).isEqualTo(reached);
          seen.forEach((name, values) -> assertThat(values).as(name).isEqualTo(whole.get(name)));
          assertThat(manager.getManagedArrays()).contains(x);
        }
      }
    }
  }

  private static LinearInputTap copyInto(Map<String, float[]> seen) {
    return (input, values, sequences, tokens) -> {
      float[] copy = new float[values.remaining()];
      values.get(copy);
      assertThat(seen.put(input.name(), copy)).as(input.name()).isNull();
    };
  }

  @Test
  void theTapsFirstInputIsTheNormalizedHiddenState() {
    MapWeights weights = weights(LLAMA);
    List<float[]> seen = new ArrayList<>();
    try (DecoderBlock block = Architectures.of(LLAMA, "c").block(manager, weights, 0);
        NDArray x = random(1, 4, 8);
        NDArray y =
            block.forward(
                x,
                (input, values, sequences, tokens) -> {
                  float[] copy = new float[values.remaining()];
                  values.get(copy);
                  seen.add(copy);
                })) {
      assertThat(y.getShape()).isEqualTo(x.getShape());
      float[] hidden = x.toFloatArray();
      float[] scale = weights.values("model.layers.0.input_layernorm.weight");
      for (int t = 0; t < 4; t++) {
        double square = 0;
        for (int i = 0; i < 48; i++) {
          square += hidden[t * 48 + i] * hidden[t * 48 + i];
        }
        for (int i = 0; i < 48; i++) {
          double expected = hidden[t * 48 + i] / Math.sqrt(square / 48 + 1e-5) * scale[i];
          assertThat((double) seen.get(0)[t * 48 + i]).isCloseTo(expected, within(1e-5));
        }
      }
    }
  }
}
