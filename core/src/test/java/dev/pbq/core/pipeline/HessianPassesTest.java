package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.quant.CalibrationNeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the Hessians of a mixture's experts are parted into passes. */
class HessianPassesTest {
  private static QuantizationPlan plan(int hidden, int intermediate) throws IOException {
    Path config = Path.of("src/test/resources/architectures/mixtral/config.json");
    JsonNode json = new ObjectMapper().readTree(config.toFile());
    ((ObjectNode) json).put("hidden_size", hidden).put("intermediate_size", intermediate);
    CausalModel model = Architectures.of(json, "config.json");
    HessianRecorder method = new HessianRecorder(CalibrationNeed.HESSIAN);
    return QuantizationPlan.of(model, LinearSelection.all(), name -> method);
  }

  @Test
  void onlyExpertsBeginAnotherPassAndNothingIsLost() throws IOException {
    PlannedRound round = plan(32, 16).blocks().get(0).rounds().get(0);
    assertThat(RunMemory.USUAL.passes().of(round)).containsExactly(round);
    List<PlannedRound> passes = new HessianPasses(4 * 32 * 32 + 4 * 16 * 16, false).of(round);
    assertThat(passes.stream().flatMap(pass -> pass.inputs().stream()).toList())
        .isEqualTo(round.inputs());
    // Attention's inputs are over the bound together, and are not parted.
    assertThat(passes.get(0).inputs()).noneMatch(input -> input.input().routed());
    assertThat(passes.subList(1, passes.size()))
        .allSatisfy(pass -> assertThat(pass.inputs()).hasSize(2));
  }

  @Test
  void estimatesTellOfPassesAndHoldNoMoreThanOne() throws IOException {
    assertThat(plan(32, 48).extraPasses(RunMemory.USUAL)).isZero();
    // The widths of Mixtral 8x7B.
    QuantizationPlan large = plan(4096, 14336);
    int experts = (int) large.blocks().get(0).inputs().filter(i -> i.input().routed()).count() / 2;
    assertThat(large.extraPasses(RunMemory.USUAL)).isBetween(1, experts);
    assertThat(large.trueSequential().extraPasses(RunMemory.USUAL)).isZero();
  }
}
