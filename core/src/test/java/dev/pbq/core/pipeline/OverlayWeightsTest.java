package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.testkit.SyntheticModel;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayWeightsTest {
  private static final String QUERY = "model.layers.0.self_attn.q_proj";
  private static final String KEY = "model.layers.0.self_attn.k_proj";
  private static final String VALUE = "model.layers.0.self_attn.v_proj";

  @TempDir private Path folder;

  @Test
  void quantizedLinearsAreReadDequantizedWholeOrInPieces() throws IOException {
    try (Checkpoint base = Checkpoint.open(SyntheticModel.llama(folder, 1).path())) {
      QuantizedLinear query = HessianRecorder.rounded(base.readMatrix(QUERY + ".weight"));
      QuantizedLinear key = HessianRecorder.rounded(base.readMatrix(KEY + ".weight"));
      OverlayWeights weights = new OverlayWeights(base, Map.of(QUERY, query, KEY, key), Map.of());

      // Pieces of two linears in turn, so that one must not be taken for the other.
      float[] queries = new float[query.rows() * query.cols()];
      float[] keys = new float[key.rows() * key.cols()];
      for (int row = 0; row < key.rows(); row++) {
        weights.readRows(KEY + ".weight", row, 1, FloatBuffer.wrap(keys, row * 16, 16));
        weights.readRows(QUERY + ".weight", 2L * row, 2, FloatBuffer.wrap(queries, row * 32, 32));
      }
      assertThat(queries).isEqualTo(query.dequantize().data());
      assertThat(keys).isEqualTo(key.dequantize().data());
      assertThat(weights.read(QUERY + ".weight")).isEqualTo(queries);
      assertThat(weights.read(VALUE + ".weight")).isEqualTo(base.read(VALUE + ".weight"));
      assertThat(queries).isNotEqualTo(base.read(QUERY + ".weight"));
      assertThat(weights.shape(KEY + ".weight")).containsExactly(8, 16);
      assertThat(weights.contains("model.norm.weight")).isTrue();
    }
  }
}
