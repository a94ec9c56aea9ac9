package dev.pbq.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.DenormFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.MemoryPackedWriter;
import dev.pbq.core.testkit.Synthetic;
import dev.pbq.formats.config.Presets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, NumberFormat> SHIPPED =
      Map.of(
          "bfp", new BlockFloat(6, 8, 127),
          "bmf", new BlockMiniFloat(8, 4, 8),
          "bl", new BlockLogarithm(8, 8),
          "minifloat", new MiniFloat(8, 4, 7),
          "dmf", new DenormFloat(8, 4, 7),
          "log", new Logarithm(8, 63),
          "int", new FixedPoint(8, 7, true));

  private static Map<String, QuantizerProvider<?>> providers() {
    Map<String, QuantizerProvider<?>> providers = new LinkedHashMap<>();
    for (QuantizerProvider<?> provider : ServiceLoader.load(QuantizerProvider.class)) {
      provider.methods().forEach(m -> providers.put(m.name(), provider));
      assertThat(provider.methods()).allSatisfy(m -> assertThat(m.summary()).isNotBlank());
    }
    return providers;
  }

  private static Quantizer quantizer(String method, String json) throws JsonProcessingException {
    return quantizer(providers().get(method), method, json);
  }

  private static <S extends Record> Quantizer quantizer(
      QuantizerProvider<S> provider, String method, String json) throws JsonProcessingException {
    S settings = JSON.readValue(json, provider.settingsType());
    String stored = JSON.writeValueAsString(settings);
    assertThat(JSON.readValue(stored, provider.settingsType())).isEqualTo(settings);
    return provider.create(method, settings);
  }

  private static BlockFormatLinear quantize(String method, String json, FloatMatrix w)
      throws JsonProcessingException {
    LinearProblem problem = new LinearProblem("layer", w, Optional.empty());
    return (BlockFormatLinear) quantizer(method, json).quantize(problem).linear();
  }

  @Test
  void allSevenAreFoundAndDefaultToTheShippedConfigurations() throws JsonProcessingException {
    assertThat(providers()).containsOnlyKeys(SHIPPED.keySet());
    FloatMatrix w = Synthetic.weight(12, 40, 1);
    for (Map.Entry<String, NumberFormat> method : SHIPPED.entrySet()) {
      Quantizer quantizer = quantizer(method.getKey(), "{}");
      assertThat(quantizer.name()).isEqualTo(method.getKey());
      assertThat(quantizer.calibrationNeed()).isEqualTo(CalibrationNeed.NONE);
      BlockFormatLinear linear = quantize(method.getKey(), "{}", w);
      assertThat(linear.format()).isEqualTo(method.getValue());
      if (method.getValue().sharedBits() > 0) {
        assertThat(linear.blockRows()).isEqualTo(1);
        assertThat(linear.blockCols()).isEqualTo(16);
      }
      assertThat(quantizer.estimateStoredBits(12, 40))
          .isEqualTo(linear.bits().total())
          .isEqualTo(8 * MemoryPackedWriter.of(linear).bytes());
    }
  }

  @Test
  void blocksAreTextOrLists() throws JsonProcessingException {
    FloatMatrix w = Synthetic.weight(12, 40, 1);
    for (String block : new String[] {"\"2x8\"", "\"2, 8\"", "[2, 8]"}) {
      BlockFormatLinear linear = quantize("bfp", "{\"block\": " + block + "}", w);
      assertThat(linear.blockRows()).isEqualTo(2);
      assertThat(linear.blockCols()).isEqualTo(8);
    }
    BlockFormatLinear columns = quantize("bl", "{\"block\": \"-1x16\"}", w);
    assertThat(columns.blockRows()).isEqualTo(12);
    assertThat(quantize("bl", "{\"block\": 16}", w)).isEqualTo(columns);
  }

  @Test
  void binaryPlacesFromTheRange() throws JsonProcessingException {
    FloatMatrix w = new FloatMatrix(1, 3, new float[] {0.1f, -0.26f, 0.003f});
    // 127 / 0.26 = 488: eight places.
    assertThat(quantize("int", "{\"fracWidth\": \"auto\"}", w).format())
        .isEqualTo(new FixedPoint(8, 8, true));
    assertThat(quantize("int", "{\"bits\": 4, \"fracWidth\": \"auto\"}", w).format())
        .isEqualTo(new FixedPoint(4, 4, true));
    assertThat(quantize("int", "{\"bits\": 4, \"fracWidth\": -2}", w).format())
        .isEqualTo(new FixedPoint(4, -2, true));
    assertThat(quantize("int", "{\"fracWidth\": \"auto\"}", FloatMatrix.zeros(2, 2)).format())
        .isEqualTo(new FixedPoint(8, 7, true));
    assertThat(
            quantize(
                    "int",
                    "{\"fracWidth\": \"auto\"}",
                    new FloatMatrix(1, 1, new float[] {Float.MIN_VALUE}))
                .format())
        .isEqualTo(new FixedPoint(8, 126, true));
  }

  @Test
  void exponentWidthsLeaveAMantissa() throws JsonProcessingException {
    FloatMatrix w = Synthetic.weight(2, 8, 1);
    assertThat(quantize("minifloat", "{\"bits\": 4}", w).format())
        .isEqualTo(new MiniFloat(4, 2, 1));
    assertThat(quantize("bmf", "{\"bits\": 5}", w).format()).isEqualTo(new BlockMiniFloat(5, 3, 8));
    assertThat(quantize("log", "{\"bits\": 4}", w).format()).isEqualTo(new Logarithm(4, 3));
    assertThat(quantize("bfp", "{\"exponentWidth\": 5}", w).format())
        .isEqualTo(new BlockFloat(6, 5, 15));
  }

  @Test
  void theReferencesArithmeticIsASetting() throws JsonProcessingException {
    FloatMatrix w = new FloatMatrix(1, 4, new float[] {1e-9f, 0.02f, -0.5f, 0});
    assertThat(quantize("bfp", "{}", w).kept().count()).isZero();
    BlockFormatLinear compat = quantize("bfp", "{\"compat\": true}", w);
    assertThat(compat.kept().count()).isEqualTo(1);
    assertThat(compat.dequantize().get(0, 0)).isEqualTo(1e-9f);
    assertThat(quantize("bmf", "{\"compat\": true}", w).dequantize().get(0, 1)).isZero();
    assertThat(quantize("bmf", "{}", w).dequantize().get(0, 1)).isNotZero();
  }

  @Test
  void theActivationFormatIsStoredWithTheSettings() throws JsonProcessingException {
    BlockFloatSettings settings =
        new BlockFloatSettings(4, null, null, null, null, Presets.of("bfp-w6a6"));
    String json = JSON.writeValueAsString(settings);
    assertThat(json).contains("\"actFormat\":{\"default\":{\"name\":\"block_fp\"");
    assertThat(JSON.readValue(json, BlockFloatSettings.class)).isEqualTo(settings);
    assertThat(JSON.writeValueAsString(new LogSettings(8, null, null, null)))
        .isEqualTo("{\"bits\":8,\"exponentBias\":63,\"compat\":false}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bfp       | {"bits": 1}               | bits 1 is not between 2 and 8
          bfp       | {"bits": 9}               | bits 9 is not between 2 and 8
          bl        | {"bits": 0}               | bits 0 is not between 2 and 8
          int       | {"bits": 16}              | bits 16 is not between 2 and 8
          bfp       | {"exponentWidth": 9}      | exponentWidth 9 is not between 1 and 8
          bfp       | {"exponentBias": 128}     | exponentBias 128 is not between -127 and 127
          minifloat | {"exponentWidth": 7}      | bits 8 leaves no mantissa beside exponentWidth 7
          dmf       | {"bits": 2}               | bits 2 leaves no mantissa
          bmf       | {"exponentBiasWidth": 0}  | exponentBiasWidth 0
          log       | {"exponentBias": -128}    | exponentBias -128
          int       | {"fracWidth": 127}        | fracWidth 127 is not between -126 and 126
          int       | {"fracWidth": "some"}     | fracWidth some is neither a number nor auto
          bfp       | {"block": "1by16"}        | block "1by16" is not of the form 1x16
          bfp       | {"block": [0]}            | block [0]: 0 is neither -1 nor at least 1
          bfp       | {"actFormat": "bfp-w6a6"} | is no table of keys
          """)
  void badValuesNameTheirOption(String method, String json, String message) {
    assertThatThrownBy(() -> quantizer(method, json)).hasMessageContaining(message);
  }

  @Test
  void paperBitsCountWhatIsShared() throws JsonProcessingException {
    assertThat(quantizer("bfp", "{}").paperBits(64, 128)).isCloseTo(6.5, within(1e-12));
    assertThat(quantizer("bfp", "{\"bits\": 4}").paperBits(64, 128)).isCloseTo(4.5, within(1e-12));
    assertThat(quantizer("bl", "{}").paperBits(64, 128)).isCloseTo(8.5, within(1e-12));
    assertThat(quantizer("log", "{}").paperBits(64, 128)).isEqualTo(8);
    // 20 columns are two blocks.
    assertThat(quantizer("bfp", "{}").paperBits(1, 20)).isCloseTo(2 * 104 / 20.0, within(1e-12));
  }

  @Test
  void layersThatCannotBeQuantizedAreNamed() throws JsonProcessingException {
    Quantizer bfp = quantizer("bfp", "{}");
    assertThatThrownBy(() -> bfp.checkFits("lm_head", 1 << 20, 1 << 12))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("lm_head");
    FloatMatrix bad = new FloatMatrix(1, 2, new float[] {1, Float.NaN});
    assertThatThrownBy(() -> bfp.quantize(new LinearProblem("fc1", bad, Optional.empty())))
        .hasMessageContaining("fc1.weight holds NaN at [0, 1]");
    FloatMatrix huge = new FloatMatrix(1, 2, new float[] {Float.MAX_VALUE, 0});
    assertThat(bfp.quantize(new LinearProblem("fc1", huge, Optional.empty())).linear().dequantize())
        .isEqualTo(new FloatMatrix(1, 2, new float[] {31 / 32f * 0x1p127f, 0}));
    assertThatThrownBy(
            () ->
                quantizer("bfp", "{\"compat\": true}")
                    .quantize(new LinearProblem("fc1", huge, Optional.empty())))
        .hasMessageContaining("fc1")
        .hasMessageContaining("compat");
  }
}
