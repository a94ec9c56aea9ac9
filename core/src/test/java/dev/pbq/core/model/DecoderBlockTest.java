package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What callers rely on beside the numbers: taps, batches, repeatability, ownership. */
class DecoderBlockTest extends DecoderBlockFixture {
  @Test
  void batchedSequencesAreIndependent() {
    for (JsonNode config : List.of(LLAMA, OPT)) {
      try (DecoderBlock block = block(config);
          NDArray x = random(5, 30, 1)) {
        float[] together = run(block, x);
        for (int i = 0; i < 5; i++) {
          float[] alone = run(block, x.get(i + ":" + (i + 1)));
          for (int j = 0; j < alone.length; j++) {
            assertThat(together[i * alone.length + j]).isCloseTo(alone[j], within(1e-5f));
          }
        }
      }
    }
  }

  @Test
  void laterTokensDoNotMatter() {
    try (DecoderBlock block = block(LLAMA);
        NDArray x = random(1, 30, 2)) {
      float[] all = run(block, x);
      float[] some = run(block, x.get(":, :17"));
      for (int j = 0; j < some.length; j++) {
        assertThat(all[j]).isCloseTo(some[j], within(1e-5f));
      }
    }
  }

  @Test
  void sameInputGivesSameBitsWhateverRanBefore() {
    for (JsonNode config : List.of(LLAMA, OPT)) {
      try (DecoderBlock block = block(config);
          NDArray x = random(3, 20, 3);
          NDArray other = random(2, 33, 4)) {
        float[] first = run(block, x);
        run(block, other);
        assertThat(run(block, x)).isEqualTo(first);
        try (DecoderBlock again = block(config)) {
          assertThat(run(again, x)).isEqualTo(first);
        }
      }
    }
  }

  @Test
  void longSequencesInTilesEqualOnePiece() {
    JsonNode window = TestConfigs.llama("{'model_type': 'mistral', 'sliding_window': 600}");
    Limits onePiece = new Limits(1L << 30, 4096, 1L << 30, 1L << 30, 0);
    for (JsonNode config : List.of(LLAMA, window)) {
      MapWeights weights = ReferenceLlama.randomWeights(config, 5);
      try (DecoderBlock tiled = Architectures.of(config, "c").block(manager, weights, 0);
          DecoderBlock whole = Architectures.of(config, "c", onePiece).block(manager, weights, 0);
          NDArray x = random(2, 1300, 6)) {
        float[] expected = run(whole, x);
        float[] actual = run(tiled, x);
        for (int i = 0; i < expected.length; i++) {
          if (Math.abs(actual[i] - expected[i]) > 1e-5 * Math.max(1, Math.abs(expected[i]))) {
            assertThat(actual[i]).as("entry %d", i).isEqualTo(expected[i]);
          }
        }
      }
    }
  }

  @Test
  void onlyTheResultOutlivesACall() throws IOException {
    for (JsonNode config : List.of(LLAMA, OPT)) {
      CausalModel model = Architectures.of(config, "c");
      LinearInput last = model.linearInputs(0).get(3);
      MapWeights weights = weights(config);
      try (TokenEmbedding embedding = model.embedding(manager, weights);
          DecoderBlock block = model.block(manager, weights, 0);
          LanguageHead head = model.head(manager, weights);
          NDManager scope = manager.newSubManager()) {
        int[][] ids = {TestConfigs.ids(40, 1), TestConfigs.ids(40, 2)};
        long resident = 0;
        int arrays = 0;
        for (int i = 0; i < 230; i++) {
          NDArray x = embedding.embed(scope, ids);
          NDArray y = block.forward(x, LinearInputTap.NONE);
          block.forwardTo(last, x, (input, values, sequences, tokens) -> {});
          head.nextTokenNll(y, ids);
          assertThat(scope.getManagedArrays()).containsExactlyInAnyOrder(x, y);
          x.close();
          y.close();
          if (i == 30) {
            arrays = manager.getManagedArrays().size();
            resident = residentKilobytes();
          }
        }
        assertThat(scope.getManagedArrays()).isEmpty();
        assertThat(manager.getManagedArrays()).hasSize(arrays);
        // One leaked intermediate of 2 x 40 x 96 floats per call would be 6 MB; the heap also
        // moves.
        assertThat(residentKilobytes() - resident).isLessThan(200_000);
      }
      assertThat(manager.getManagedArrays()).isEmpty();
    }
  }

  private static long residentKilobytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  @Test
  void theInputIsOnlyRead() {
    for (JsonNode config : List.of(LLAMA, OPT)) {
      try (DecoderBlock block = block(config);
          NDArray x = random(2, 9, 9)) {
        float[] before = x.toFloatArray();
        run(block, x);
        assertThat(x.toFloatArray()).isEqualTo(before);
      }
    }
  }

  @Test
  void inputsThatAreViewsAreAccepted() {
    try (DecoderBlock block = block(LLAMA);
        NDArray x = random(3, 8, 10)) {
      NDArray transposed = NDArrays.stack(new NDList(x, x), 1).transpose(2, 0, 1, 3).get(":, :, 0");
      NDArray plain = transposed.duplicate().reshape(8, 3, 48);
      float[] expected = run(block, manager.create(plain.toFloatArray(), new Shape(8, 3, 48)));
      List<Boolean> direct = new ArrayList<>();
      try (NDArray y = block.forward(transposed, (i, v, s, t) -> direct.add(v.isDirect()))) {
        assertThat(y.toFloatArray()).isEqualTo(expected);
      }
      assertThat(direct).containsExactly(true, true, true, true);
    }
  }

  @Test
  void aResultThatIsNotFiniteStops() {
    MapWeights weights = weights(LLAMA);
    Arrays.fill(weights.values("model.layers.0.mlp.up_proj.weight"), 3e38f);
    try (DecoderBlock block = Architectures.of(LLAMA, "c").block(manager, weights, 0);
        NDArray x = random(1, 5, 11)) {
      assertThatThrownBy(() -> block.forward(x, LinearInputTap.NONE))
          .isInstanceOfSatisfying(
              PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NUMERICAL))
          .hasMessage("model.layers.0 gives NaN or infinity");
      assertThat(manager.getManagedArrays()).contains(x);
    }
  }

  @Test
  void misuseIsRefused() {
    try (DecoderBlock block = block(LLAMA);
        NDArray flat = manager.zeros(new Shape(4, 48))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> block.forward(flat, LinearInputTap.NONE));
      LinearInput other = Architectures.of(LLAMA, "c").linearInputs(0).get(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> block.forwardTo(other, flat, LinearInputTap.NONE))
          .withMessageContaining("model.layers.0.self_attn.o");
    }
  }
}
