package dev.pbq.formats.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import dev.pbq.formats.arithmetic.BlockShape;
import dev.pbq.formats.arithmetic.Rules;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantConfigTest {
  private static final String BFP = Presets.toml("bfp-w6a6").orElseThrow();
  private static final String INTEGER =
      """
      name = "integer"
      is_ptq = true
      data_in_width = 8
      data_in_frac_width = 4
      weight_width = 3
      weight_frac_width = 2
      """;

  private static ModelFormats llama(String toml, Rules rules) {
    return new ModelFormats(QuantConfig.parse(toml, "my.toml"), Architecture.LLAMA, 4, rules);
  }

  private static NumberFormat weight(ModelFormats formats, int layer, String path) {
    return formats.operation(layer, path).of(OperandRole.WEIGHT).orElseThrow().format();
  }

  @Test
  void everyOperationOfEveryLayerTakesTheDefault() {
    ModelFormats formats = llama(BFP, Rules.FIXED);
    for (int layer = 0; layer < 4; layer++) {
      for (String path : Architecture.LLAMA.linears()) {
        OperationFormats linear = formats.operation(layer, path);
        for (OperandRole role :
            new OperandRole[] {OperandRole.DATA_IN, OperandRole.WEIGHT, OperandRole.BIAS}) {
          assertThat(linear.of(role).orElseThrow().format()).isEqualTo(new BlockFloat(6, 8, 127));
        }
        assertThat(linear.of(OperandRole.DATA_IN).orElseThrow().blocks())
            .isEqualTo(BlockShape.of(1, 16));
        assertThat(linear.of(OperandRole.BIAS).orElseThrow().blocks()).isEqualTo(BlockShape.of(16));
      }
      OperationFormats scores = formats.operation(layer, "self_attn.matmul_0");
      assertThat(scores.formats()).hasSize(2);
      assertThat(
              formats
                  .operation(layer, "self_attn.rotary_positional_encoding")
                  .of(OperandRole.DATA_IN)
                  .orElseThrow()
                  .format())
          .isEqualTo(new FixedPoint(8, 7, true));
    }
  }

  @Test
  void sectionsAreLookedUpFromTheNarrowestToTheWidest() {
    ModelFormats formats =
        llama(
            "by = \"name\"\n"
                + BFP
                + "[linear]\n"
                + INTEGER
                + "[model_layer.self_attn.q_proj]\n"
                + INTEGER.replace("weight_width = 3", "weight_width = 4")
                + "[model_layer.self_attn.matmul_1]\n"
                + INTEGER.replace("weight_width = 3", "weight_width = 5")
                + "[model_layer_2.mlp.up_proj]\n"
                + INTEGER.replace("weight_width = 3", "weight_width = 6"),
            Rules.FIXED);
    assertThat(weight(formats, 0, "self_attn.q_proj")).isEqualTo(new FixedPoint(4, 2, true));
    assertThat(weight(formats, 0, "self_attn.k_proj")).isEqualTo(new FixedPoint(3, 2, true));
    assertThat(weight(formats, 0, "self_attn.matmul_1")).isEqualTo(new FixedPoint(5, 2, true));
    assertThat(weight(formats, 0, "self_attn.matmul_0")).isEqualTo(new BlockFloat(6, 8, 127));
    assertThat(weight(formats, 2, "mlp.up_proj")).isEqualTo(new FixedPoint(6, 2, true));
    assertThat(weight(formats, 2, "self_attn.q_proj"))
        .as("a layer's own section replaces the general one entirely")
        .isEqualTo(new FixedPoint(3, 2, true));
    assertThat(weight(formats, 2, "self_attn.matmul_1")).isEqualTo(new BlockFloat(6, 8, 127));
    assertThat(formats.operation(0, "self_attn.k_proj").of(OperandRole.BIAS)).isEmpty();
  }

  @Test
  void aWidthIsSaidForTheDefaultAlone() {
    QuantConfig six = Presets.of("bfp-w6a6");
    assertThat(six.withDefaultWidth(8, "w8")).isEqualTo(Presets.of("bfp-w8a8"));
    assertThat(six.withDefaultWidth(4, "w4")).isEqualTo(Presets.of("bfp-w4a4"));
    assertThat(six).as("itself unchanged").isEqualTo(Presets.of("bfp-w6a6"));
    assertThatThrownBy(() -> six.withDefaultWidth(0, "w0"))
        .isInstanceOf(PbqException.class)
        .hasMessageStartingWith("w0: [default]");
  }

  @Test
  void noneTakesTheDefaultBias() {
    assertThat(
            weight(
                llama(BFP.replace("bias = 127", "bias = \"NA\""), Rules.FIXED), 0, "mlp.up_proj"))
        .isEqualTo(new BlockFloat(6, 8, 127));
    String log = Presets.toml("log-w8a8").orElseThrow().replace("bias = 63", "bias = \"NA\"");
    assertThat(weight(llama(log, Rules.FIXED), 0, "mlp.up_proj")).isEqualTo(new Logarithm(8, 63));
    String mini =
        Presets.toml("minifloat-w8a8")
            .orElseThrow()
            .replace("exponent_bias = 7", "exponent_bias = \"NA\"")
            .replace("exponent_width = 4", "exponent_width = 3");
    assertThat(weight(llama(mini, Rules.FIXED), 0, "mlp.up_proj"))
        .isEqualTo(new MiniFloat(8, 3, 3));
  }

  @Test
  void bypassedOperationsHaveNoFormats() {
    for (Architecture architecture : new Architecture[] {Architecture.OPT, Architecture.BERT}) {
      ModelFormats formats = new ModelFormats(Presets.of("bypass"), architecture, 2, Rules.FIXED);
      for (String path : architecture.paths()) {
        assertThat(formats.operation(1, path).bypass()).isTrue();
        assertThat(formats.operation(1, path).formats()).isEmpty();
      }
    }
  }

  @Test
  void theReferencesDefectsComeWithItsRules() {
    String log = Presets.toml("bl-w8a8").orElseThrow();
    assertThat(llama(log, Rules.FIXED).operation(0, "self_attn.matmul_0").formats()).hasSize(2);
    assertThat(llama(log, Rules.COMPAT).operation(0, "self_attn.matmul_0").formats())
        .containsOnlyKeys(OperandRole.DATA_IN);
    String rotary = "[rotary_positional_encoding]\nname = \"block_fp\"\nbypass = true\n";
    String keys =
        """
        data_in_width = 6
        data_in_exponent_width = 8
        data_in_exponent_bias = 127
        data_in_block_size = [1, 16]
        """;
    String bfp = BFP.substring(0, BFP.indexOf("[rotary")) + rotary + keys;
    String path = "self_attn.rotary_positional_encoding";
    assertThat(llama(bfp, Rules.FIXED).operation(0, path).formats()).isEmpty();
    assertThat(llama(bfp, Rules.COMPAT).operation(0, path).formats()).hasSize(1);
  }

  @Test
  void aBlockSizeMayBeANumber() {
    ModelFormats formats = llama(BFP.replace("[1, 16]", "8"), Rules.FIXED);
    assertThat(formats.operation(0, "mlp.up_proj").of(OperandRole.DATA_IN).orElseThrow().blocks())
        .isEqualTo(BlockShape.of(8));
  }

  @Test
  void roundTripThroughJson() throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper();
    for (String name : Presets.names()) {
      QuantConfig config = Presets.of(name);
      String text = json.writeValueAsString(config);
      assertThat(json.readValue(text, QuantConfig.class))
          .isEqualTo(config)
          .hasSameHashCodeAs(config);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2", "opt", "bert"})
  void presetsHoldForEveryArchitecture(String modelType) {
    Architecture architecture = Architecture.of(modelType).orElseThrow();
    for (String name : Presets.names()) {
      new ModelFormats(Presets.of(name), architecture, 3, Rules.FIXED);
      new ModelFormats(Presets.of(name), architecture, 3, Rules.COMPAT);
    }
  }

  @Test
  void operationsAreThoseOfTheReference() {
    assertThat(Architecture.OPT.paths()).hasSize(8);
    assertThat(Architecture.BERT.paths()).hasSize(8);
    assertThat(Architecture.LLAMA.paths()).hasSize(10);
    assertThat(Architecture.of("mamba")).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          weight_width = 6            |                          | my.toml: [default] has no weight_width, which block_fp needs
          is_ptq = true               |                          | my.toml: [default] has no is_ptq, which a linear layer needs
          name = "block_fp"           |                          | my.toml: [default] has no name
          weight_width = 6            | weigth_width = 6         | has the key weigth_width, which block_fp does not know; the nearest known key is weight_width
          weight_width = 6            | weight_frac_width = 6    | the key weight_frac_width, which block_fp does not know
          name = "block_fp"           | name = "blockfp"         | "blockfp" is no number format; the nearest is block_fp
          data_in_width = 6           | data_in_width = 1        | my.toml: [default] data_in_width 1 is not between 2 and 16
          data_in_width = 6           | data_in_width = 17       | data_in_width 17 is not between 2 and 16
          data_in_width = 6           | data_in_width = "NA"     | data_in_width is "NA", not an integer
          data_in_width = 6           | data_in_width = 6.5      | data_in_width is 6.5, not an integer
          bias_exponent_width = 8     | bias_exponent_width = 9  | bias_exponent_width 9 is not between 1 and 8
          bias_exponent_bias = 127    | bias_exponent_bias = 128 | bias_exponent_bias 128 is not between -127 and 127
          bias_block_size = [16]      | bias_block_size = [0]    | bias_block_size [0]: 0 is neither -1 nor at least 1
          bias_block_size = [16]      | bias_block_size = []     | bias_block_size is empty
          bias_block_size = [16]      | bias_block_size = "a"    | bias_block_size is "a", not a list of integers
          bypass = false              | bypass = 0               | bypass is 0, not true or false
          [default]                   | [defualt]                | there is no section [defualt]; the nearest known is [default]
          [rotary_positional_encoding] | [rotary]               | there is no section [rotary]
          [rotary_positional_encoding] | [model_layer_9.mlp.up_proj] | [model_layer_9.mlp.up_proj] has the key
          [rotary_positional_encoding] | [model_layer.mlp.up]   | my.toml: [model_layer.mlp.up] is no operation; the nearest known is mlp.up_proj
          """)
  void mistakesAreNamed(String key, String replacement, String message) {
    String toml =
        BFP.replaceFirst(
            java.util.regex.Pattern.quote(key.strip()) + "\n",
            replacement == null ? "" : replacement.strip() + "\n");
    if (toml.contains("[model_layer_9")) {
      toml = toml.replace("data_in_frac_width = 7", "frac = 7");
    }
    String changed = toml;
    assertThatThrownBy(() -> llama(changed, Rules.FIXED))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessageContaining(message.strip());
  }

  @Test
  void layersAndOperationsThatTheModelDoesNotHave() {
    String table = "[model_layer_4.mlp.up_proj]\n" + INTEGER;
    assertThatThrownBy(() -> llama(BFP + table, Rules.FIXED))
        .hasMessageContaining("my.toml: [model_layer_4] is no layer of this model")
        .hasMessageContaining("[model_layer_3]");
    assertThatThrownBy(() -> llama(BFP + table.replace("_4", "_007"), Rules.FIXED))
        .hasMessageContaining("there is no section [model_layer_007]");
    String opt = "[model_layer.self_attn.bmm_0]\n" + INTEGER;
    assertThatThrownBy(() -> llama(BFP + opt, Rules.FIXED))
        .hasMessageContaining("[model_layer.self_attn.bmm_0] is no operation of this model")
        .hasMessageContaining("self_attn.matmul_0");
  }

  @Test
  void whatIsNotTomlSaysWhere() {
    assertThatThrownBy(() -> QuantConfig.parse("[default]\nname = \n", "my.toml"))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("my.toml, line 2: not TOML");
    assertThatThrownBy(() -> QuantConfig.parse("", "my.toml"))
        .hasMessageContaining("[default] is missing");
    assertThatThrownBy(() -> QuantConfig.parse("default = 3", "my.toml"))
        .hasMessageContaining("[default] is no table");
    assertThatThrownBy(() -> Presets.of("bfp-w3a3")).hasMessageContaining("bfp-w4a4");
  }
}
