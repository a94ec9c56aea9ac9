package dev.pbq.hqq;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** No HQQ file of the manifest is left to no test. */
class HqqManifestGoldenTest {
  /** How the golden tests recognise their descriptions. */
  private static final List<Predicate<JsonNode>> HANDLED =
      List.of(
          json -> json.has("weight"),
          HqqGolden.listWith("variant"),
          HqqGolden.listWith("quant_zero"),
          HqqGolden.listWith("packed_shape"),
          HqqGolden.listWith("state_dict"));

  @Test
  void everyFileHasATest() {
    HqqGolden golden = new HqqGolden();
    List<String> known = new ArrayList<>(golden.paths("hqq_lora_.*\\.safetensors"));
    for (Predicate<JsonNode> kind : HANDLED) {
      for (HqqGolden.Described file : golden.described(kind)) {
        known.add(file.name() + ".json");
        known.add(file.name() + ".safetensors");
      }
    }
    assertThat(golden.paths("hqq.*")).containsExactlyInAnyOrderElementsOf(known);
  }
}
