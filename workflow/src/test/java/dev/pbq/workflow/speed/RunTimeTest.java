package dev.pbq.workflow.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.pipeline.LinearSelection;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.QuantizationPlan;
import dev.pbq.core.pipeline.RunMemory;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a run will take, and what of it is known. */
class RunTimeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The down projection reads more than a sample layer may have. */
  private static final String CONFIG =
      """
      {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 64,
       "intermediate_size": 2752, "num_attention_heads": 4, "num_hidden_layers": 1,
       "vocab_size": 64, "rms_norm_eps": 1e-5, "max_position_embeddings": 64}
      """;

  private static final RunRates RATES = new RunRates(2, Map.of(64, 1e9, 2048, 1e9), 1e9, 1e9);

  @TempDir private Path cache;

  private static QuantizationPlan plan(TransformerModel model, String method, String settings)
      throws IOException {
    ObjectNode given = (ObjectNode) JSON.readTree(settings);
    Quantizer quantizer = Methods.load().configure(method, given).quantizer();
    LinearSelection down = new LinearSelection(0, 1, "down_proj", false, List.of());
    return QuantizationPlan.of(model, down, name -> quantizer);
  }

  private RunTime.Told time(String method, String settings, Runnable measures) throws IOException {
    TransformerModel model = Architectures.any(JSON.readTree(CONFIG), "here");
    QuantizationPlan plan = plan(model, method, settings);
    PlanEstimate estimate = PlanEstimate.of(model, plan, 0, 4, 16, 1, RunMemory.USUAL);
    return RunTime.of(plan, estimate, 64, 1, new SpeedCache(cache), measures);
  }

  @Test
  void settingsThatFitNoSampleAreGuessedAndSaidToBe() throws Exception {
    // 86 divides the layer's 64 x 2752 weights, and not the 64 x 2048 of a sample.
    assertThat(time("hqq", "{\"groupsize\": 86}", () -> {}).guessed()).containsExactly("hqq");
    RunTime.Told known = time("hqq", "{\"groupsize\": 64}", () -> {});
    assertThat(known.guessed()).isEmpty();
    assertThat(known.seconds()).isPositive();
  }

  @Test
  void theMachineIsMeasuredOnceAndThatIsSaidBefore() throws Exception {
    AtomicInteger said = new AtomicInteger();
    time("rtn", "{}", said::incrementAndGet);
    assertThat(said).as("without calibration no rate is needed").hasValue(0);
    assertThat(cache).isEmptyDirectory();
    SpeedCache speeds = new SpeedCache(cache);
    AtomicInteger measured = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      RunRates rates =
          speeds.rates(
              1,
              () -> {
                measured.incrementAndGet();
                return RATES;
              });
      assertThat(rates.hessian()).isEqualTo(RATES.hessian());
    }
    assertThat(measured).hasValue(1);
    assertThat(time("gptq", "{}", said::incrementAndGet).seconds()).isGreaterThan(2);
    assertThat(said).as("the rates are known").hasValue(0);

    try (Stream<Path> files = Files.list(cache)) {
      Files.delete(files.findFirst().orElseThrow());
    }
    // Ten seconds of measuring are not waited for: it is said before they begin.
    Runnable saying =
        () -> {
          throw new IllegalStateException("said before");
        };
    assertThatThrownBy(() -> time("gptq", "{}", saying)).hasStackTraceContaining("said before");
    assertThat(cache).isEmptyDirectory();
  }
}
