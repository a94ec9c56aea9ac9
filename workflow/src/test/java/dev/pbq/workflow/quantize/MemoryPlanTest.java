package dev.pbq.workflow.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans beside peaks that were measured on two threads (docs/performance.md). */
class MemoryPlanTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int THREADS = 2;

  /** A Llama of this shape with so many blocks. */
  private static TransformerModel model(
      int hidden, int wide, int heads, int keyHeads, int blocks, int vocabulary)
      throws IOException {
    ObjectNode config = JSON.createObjectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    config.put("model_type", "llama").put("hidden_size", hidden).put("intermediate_size", wide);
    config.put("num_attention_heads", heads).put("num_key_value_heads", keyHeads);
    config.put("num_hidden_layers", blocks).put("vocab_size", vocabulary).put("rms_norm_eps", 1e-5);
    config.put("max_position_embeddings", 2048);
    return Architectures.any(config, "here");
  }

  private static TransformerModel model(String shape) throws IOException {
    return switch (shape) {
      case "smollm2-135m" -> model(576, 1536, 9, 3, 30, 49152);
      case "llama-7b" -> model(4096, 11008, 32, 32, 1, 256);
      default -> throw new IllegalArgumentException(shape);
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "smollm2-135m; rtn;  {\"bits\": 4};                    30; 0; 0;   359",
        "smollm2-135m; gptq; {\"bits\": 4, \"groupsize\": 64}; 4;  8; 512; 1170",
        "llama-7b;     rtn;  {\"bits\": 4};                    1;  0; 0;   579",
      })
  void plansAreWithinAQuarterOfWhatWasMeasured(
      String shape,
      String method,
      String settings,
      int blocks,
      int windows,
      int tokens,
      double megabytes)
      throws IOException {
    TransformerModel model = model(shape);
    Quantizer quantizer =
        Methods.load().configure(method, (ObjectNode) JSON.readTree(settings)).quantizer();
    LinearSelection first = new LinearSelection(0, blocks, "", false, List.of());
    QuantizationPlan plan = QuantizationPlan.of(model, first, name -> quantizer);
    PlanEstimate estimate =
        PlanEstimate.of(model, plan, 0, windows, tokens, THREADS, RunMemory.USUAL);
    assertThat(estimate.memoryBytes() / 1e6).isCloseTo(megabytes, within(megabytes / 4));
  }
}
