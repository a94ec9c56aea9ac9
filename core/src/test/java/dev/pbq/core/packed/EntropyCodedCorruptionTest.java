package dev.pbq.core.packed;

import static dev.pbq.core.packed.PackedCorruptionTest.assertRefused;

import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.testkit.MemoryPackedWriter.Part;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Reading entropy-coded layers that nobody wrote. */
class EntropyCodedCorruptionTest {
  static EntropyCodedLinear layer(Coding coding) {
    return RandomEntropyCoded.of(8, 100, Trellis.EIGHT, 4, ScaleFormat.U8, coding, 4);
  }

  @Test
  void messagesNameThePartOfAnEntropyCodedLayer() {
    for (Coding coding : Coding.values()) {
      EntropyCodedLinear layer = layer(coding);
      assertRefused(layer, o -> o.attributes().put("states", 2), "states: 2 is not 1, 4 or 8");
      assertRefused(layer, o -> o.attributes().put("segment_rows", 0), "segment_rows: 0");
      assertRefused(layer, o -> o.attributes().put("coding", "zip"), "unknown coding 'zip'");
      assertRefused(layer, o -> o.attributes().put("step_dtype", "f8"), "unknown type 'f8'");
      assertRefused(layer, o -> o.attributes().put("row_scales", "f8"), "row_scales: unknown");
      assertRefused(layer, o -> o.parts().remove("codes"), "model.q_proj, codes: missing");
      assertRefused(layer, o -> o.parts().get("step_grid").bytes()[3] = -1, "step_grid: ");
      assertRefused(layer, o -> o.attributes().put("rows", 9), "row_scale");
      assertRefused(
          layer,
          o -> {
            byte[] codes = Arrays.copyOf(layer.encoded(), layer.encoded().length + 3);
            o.parts().put("codes", new Part(DType.U8, new long[] {codes.length}, codes));
          },
          "model.q_proj, codes: ");
    }
  }
}
