package dev.pbq.gptqpb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void defaultsAreTheReferences() throws JsonProcessingException {
    PbLlmSettings s = JSON.readValue("{\"lowFrac\": 0.9}", PbLlmSettings.class);
    assertThat(s)
        .isEqualTo(
            new PbLlmSettings(
                0.9, 8, SalientMetric.MAGNITUDE, 128, -1, 0.01, false, false, ScaleDtype.F16))
        .isEqualTo(PbLlmSettings.of(0.9));
    assertThat(JSON.readValue("{}", GptqSettings.class))
        .isEqualTo(
            new GptqSettings(
                null, 4, -1, 0.01, null, 128, false, null, null, null, ScaleDtype.F16));
    assertThat(JSON.readValue("{}", RtnSettings.class))
        .isEqualTo(new RtnSettings(null, 4, -1, null, null, ScaleDtype.F16));
  }

  @Test
  void presetBestTriesDampingsUnlessOneIsGiven() throws JsonProcessingException {
    assertThat(variants("{\"preset\": \"best\"}")).isEqualTo(4);
    assertThat(variants("{\"preset\": \"best\", \"percdamp\": 0.01}")).isZero();
    assertThat(variants("{}")).isZero();
    assertThat(variants("{\"dampingChoice\": \"heldout\"}")).isEqualTo(4);
    GptqSettings best = JSON.readValue("{\"preset\": \"best\"}", GptqSettings.class);
    assertThat(JSON.readValue(JSON.writeValueAsString(best), GptqSettings.class)).isEqualTo(best);
  }

  private static int variants(String settings) throws JsonProcessingException {
    GptqSettings read = JSON.readValue(settings, GptqSettings.class);
    return new GptqProvider().create("gptq", read).variants().size();
  }

  @Test
  void roundTripThroughJson() throws JsonProcessingException {
    PbLlmSettings s =
        new PbLlmSettings(0.8, 4, SalientMetric.HESSIAN, 64, 32, 0.1, true, true, ScaleDtype.F32);
    String json = JSON.writeValueAsString(s);
    assertThat(json).contains("\"salientMetric\":\"hessian\"").contains("\"scaleDtype\":\"f32\"");
    assertThat(JSON.readValue(json, PbLlmSettings.class)).isEqualTo(s);
    GptqSettings g =
        new GptqSettings(null, 3, 64, 0.02, null, 32, true, null, null, null, ScaleDtype.F32);
    assertThat(JSON.readValue(JSON.writeValueAsString(g), GptqSettings.class)).isEqualTo(g);
    RtnSettings r = new RtnSettings(null, 1, 64, null, null, ScaleDtype.F32);
    assertThat(JSON.readValue(JSON.writeValueAsString(r), RtnSettings.class)).isEqualTo(r);
  }

  @Test
  void unknownPropertiesAreRefused() {
    assertThatThrownBy(() -> JSON.readValue("{\"lowFrac\": 0.9, \"bits\": 2}", PbLlmSettings.class))
        .isInstanceOf(UnrecognizedPropertyException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "{},lowFrac",
    "{\"lowFrac\": 0},lowFrac",
    "{\"lowFrac\": 1},lowFrac",
    "{\"lowFrac\": \"NaN\"},lowFrac",
    "'{\"lowFrac\": 0.9, \"highBit\": 9}',highBit",
    "'{\"lowFrac\": 0.9, \"highBit\": 0}',highBit",
    "'{\"lowFrac\": 0.9, \"blocksize\": 0}',blocksize",
    "'{\"lowFrac\": 0.9, \"groupsize\": 0}',groupsize",
    "'{\"lowFrac\": 0.9, \"groupsize\": -2}',groupsize",
    "'{\"lowFrac\": 0.9, \"percdamp\": -0.1}',percdamp"
  })
  void badValuesNameTheirOption(String json, String option) {
    assertThatThrownBy(() -> JSON.readValue(json, PbLlmSettings.class))
        .hasRootCauseInstanceOf(PbqException.class)
        .rootCause()
        .hasMessageContaining(option);
  }

  @Test
  void badBaselineValuesNameTheirOption() {
    assertThatThrownBy(() -> new RtnSettings(null, 0, null, null, null, null))
        .hasMessageContaining("bits");
    assertThatThrownBy(() -> new RtnSettings(null, 9, null, null, null, null))
        .hasMessageContaining("bits");
    assertThatThrownBy(() -> new RtnSettings(null, 4, 0, null, null, null))
        .hasMessageContaining("groupsize");
    assertThatThrownBy(
            () -> new GptqSettings(null, 4, null, 2.0, null, null, null, null, null, null, null))
        .hasMessageContaining("percdamp");
    assertThatThrownBy(
            () -> new GptqSettings(null, 4, null, null, null, -1, null, null, null, null, null))
        .hasMessageContaining("blocksize");
  }

  @Test
  void allMethodsAreFoundAsServices() {
    List<String> names = new ArrayList<>();
    for (QuantizerProvider<?> provider : ServiceLoader.load(QuantizerProvider.class)) {
      provider.methods().forEach(m -> names.add(m.name()));
      assertThat(provider.methods()).allSatisfy(m -> assertThat(m.summary()).isNotBlank());
    }
    assertThat(names)
        .containsExactlyInAnyOrder("xnor", "sign", "no", "2bit", "4bit", "prune", "rtn", "gptq");
  }

  @ParameterizedTest
  @CsvSource({
    "xnor,0.9,2.7",
    "xnor,0.95,2.35",
    "xnor,0.5,5.5",
    "sign,0.8,3.4",
    "2bit,0.9,3.6",
    "4bit,0.9,4.5",
    "prune,0.5,5",
    "no,0.9,16.2"
  })
  void paperBitsAreThePapers(String method, double lowFrac, double bits) {
    Quantizer q = new PbLlmProvider().create(method, PbLlmSettings.of(lowFrac));
    assertThat(q.name()).isEqualTo(method);
    assertThat(q.calibrationNeed()).isEqualTo(CalibrationNeed.HESSIAN);
    assertThat(q.paperBits(64, 128)).isCloseTo(bits, within(1e-9));
  }

  @Test
  void estimatesCountEverything() {
    // 64 x 128 weights, 7373 of them low: bitmap of entropy 0.468996 per weight, signs, codes, one
    // mean and scale and one grid per row.
    Quantizer xnor = new PbLlmProvider().create("xnor", PbLlmSettings.of(0.9));
    assertThat(xnor.estimateStoredBits(64, 128))
        .isEqualTo(3843 + 7373 + 819 * 8 + 64 * 32 + 64 * 24);
    Quantizer rtn = new RtnProvider().create("rtn", new RtnSettings(null, 3, 50, null, null, null));
    assertThat(rtn.estimateStoredBits(10, 128)).isEqualTo(3 * 1280 + 30 * 24);
    // 131 codes of 3 bits take 50 bytes.
    assertThat(rtn.estimateStoredBits(10, 131)).isEqualTo(4000 + 30 * 24);
    Quantizer gptq =
        new GptqProvider()
            .create(
                "gptq",
                new GptqSettings(null, 3, 50, null, null, null, true, null, null, null, null));
    assertThat(gptq.estimateStoredBits(10, 128)).isEqualTo(3 * 1280 + 30 * 24 + 128 * 32);
  }

  @Test
  void groupsLargerThanTheLayerNameLayerAndOption() {
    List<Quantizer> all =
        List.of(
            new PbLlmProvider()
                .create(
                    "xnor", new PbLlmSettings(0.9, null, null, null, 256, null, null, null, null)),
            new RtnProvider().create("rtn", new RtnSettings(null, 4, 256, null, null, null)),
            new GptqProvider()
                .create(
                    "gptq",
                    new GptqSettings(
                        null, 4, 256, null, null, null, null, null, null, null, null)));
    for (Quantizer q : all) {
      q.checkFits("layers.0.fc1", 10, 256);
      assertThatThrownBy(() -> q.checkFits("layers.0.fc1", 10, 255))
          .isInstanceOfSatisfying(
              PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
          .hasMessageContaining("layers.0.fc1")
          .hasMessageContaining("groupsize");
      assertThatThrownBy(() -> q.checkFits("lm_head", 1 << 20, 1 << 12))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("lm_head");
    }
  }
}
