package dev.pbq.core.packed;

import static dev.pbq.core.packed.PackedCorruptionTest.assertRefused;

import dev.pbq.core.testkit.MemoryPackedWriter;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Reading layers of trained models that nobody wrote. */
class TrainedLayersCorruptionTest {
  @Test
  void messagesNameThePartOfALayerWithAnAdapter() {
    assertAdapterRefused(o -> o.attributes().put("rank", 10), "rank: 10 is not in 1..9");
    assertAdapterRefused(o -> o.attributes().put("rank", 3), "adapter_a");
    assertAdapterRefused(o -> o.parts().remove("bias"), "bias");
    assertAdapterRefused(o -> o.attributes().put("bias", "some"), "bias: unknown bias 'some'");
    assertAdapterRefused(o -> o.parts().remove("base_scale"), "scale");
    assertAdapterRefused(
        o -> o.attributes().put("base_family", "onebit"), "base_family: a base of family 'onebit'");
    assertAdapterRefused(
        o -> o.attributes().put("base_group_size", 7), "(base), group_size: 7 does not divide 800");
    assertAdapterRefused(o -> o.parts().remove("base_zero"), "zero");
  }

  private static void assertAdapterRefused(Consumer<MemoryPackedWriter> damage, String... message) {
    assertRefused(
        RandomLayers.lowRank(8, 100, 4, new FlatGroups(1, 50), ScaleDtype.F16, true, 2),
        damage,
        message);
  }

  @Test
  void messagesNameThePartOfABiRealLayer() {
    assertBiRealRefused(o -> o.parts().remove("scale"), "model.q_proj.scale is missing");
    assertBiRealRefused(o -> o.attributes().put("rows", 9), "scale");
    assertBiRealRefused(o -> o.attributes().put("cols", 105), "signs");
    assertBiRealRefused(o -> o.attributes().put("version", 2), "version 2 of bi-real");
    assertBiRealRefused(o -> o.parts().get("scale").bytes()[1] = 0x7e, "scale: entry 0 is NaN");
  }

  private static void assertBiRealRefused(Consumer<MemoryPackedWriter> damage, String... message) {
    assertRefused(RandomLayers.biReal(8, 100, ScaleDtype.F16, 2), damage, message);
  }
}
