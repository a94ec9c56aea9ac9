package dev.pbq.kernels.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.generate.Generator;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.parallel.Parallel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads, spans, cuts and refusals of flat decoders. */
class FlatDecoderTest {
  private static final int CAPACITY = 200;

  private interface Body {
    void run(CausalModel model, Checkpoint weights);
  }

  private static void open(String name, Body body) {
    Path folder = Path.of("..", "core", "src", "test", "resources", "architectures", name);
    try (Checkpoint weights = Checkpoint.open(folder)) {
      body.run(Architectures.of(ModelFolder.open(folder).config(), name), weights);
    }
  }

  private static int[] ids(int count) {
    return new Random(1).ints(count, 3, 90).toArray();
  }

  /** Long enough for more than one tile of keys, span of tokens, and hand-out to threads. */
  @ParameterizedTest
  @ValueSource(strings = {"gemma2", "deepseek-v3", "mixtral", "qwen3_5-text", "gpt-oss"})
  void givesTheSameBitsForAnyThreadsSpansAndResidence(String name) {
    open(
        name,
        (model, weights) -> {
          int[] ids = ids(200);
          float[] one = Parallel.withThreads(1, () -> everyLogits(model, weights, true, ids));
          float[] three = Parallel.withThreads(3, () -> everyLogits(model, weights, false, ids));
          assertThat(three).isEqualTo(one);
          int vocabulary = model.vocabularySize();
          try (FlatDecoder parts = FlatDecoder.open(model, weights, true, CAPACITY)) {
            int at = 0;
            for (int count : new int[] {1, 70, 1, 1, 127}) {
              float[] logits = parts.logits(Arrays.copyOfRange(ids, at, at + count));
              at += count;
              float[] wanted = Arrays.copyOfRange(one, (at - 1) * vocabulary, at * vocabulary);
              assertThat(logits).as("after %d tokens", at).isEqualTo(wanted);
            }
          }
        });
  }

  private static float[] everyLogits(
      CausalModel model, Checkpoint weights, boolean resident, int[] ids) {
    try (FlatDecoder decoder = FlatDecoder.open(model, weights, resident, CAPACITY)) {
      return decoder.everyLogits(ids);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma2", "qwen3_5-text"})
  void sequencesThatShareABeginningGiveWhatTheyGiveAlone(String name) {
    open(
        name,
        (model, weights) -> {
          try (Generator one = generator(model, weights)) {
            for (int[] sequence : new int[][] {ids(70), ids(90), ids(64), ids(3), ids(90)}) {
              sequence[sequence.length - 1] = 5;
              try (Generator fresh = generator(model, weights)) {
                assertThat(one.logits(sequence)).isEqualTo(fresh.logits(sequence));
              }
            }
          }
        });
  }

  private static Generator generator(CausalModel model, Checkpoint weights) {
    return Generator.open(model, 100, room -> FlatDecoder.open(model, weights, true, room));
  }

  @Test
  void cutsWhereTheModelCanBeTakenBack() {
    open(
        "gemma2",
        (model, weights) -> {
          try (FlatDecoder decoder = FlatDecoder.open(model, weights, true, CAPACITY)) {
            decoder.logits(ids(10));
            decoder.truncate(4);
            assertThat(decoder.length()).isEqualTo(4);
            assertThatThrownBy(() -> decoder.truncate(5))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
    open(
        "qwen3_5-text",
        (model, weights) -> {
          try (FlatDecoder decoder = FlatDecoder.open(model, weights, true, CAPACITY)) {
            decoder.logits(ids(10));
            decoder.truncate(10);
            assertThat(decoder.length()).isEqualTo(10);
            decoder.truncate(4);
            assertThat(decoder.length()).isZero();
          }
        });
  }

  @Test
  void refusesUnknownTokensAndMoreThanThereIsRoomFor() {
    open(
        "gemma2",
        (model, weights) -> {
          try (FlatDecoder decoder = FlatDecoder.open(model, weights, true, 4)) {
            assertThatThrownBy(() -> decoder.logits(new int[] {3, model.vocabularySize()}))
                .isInstanceOf(PbqException.class)
                .hasMessageContaining("token id " + model.vocabularySize() + " is outside");
            assertThat(decoder.length()).isZero();
            assertThatThrownBy(() -> decoder.logits(ids(5)))
                .isInstanceOf(IllegalArgumentException.class);
            assertThat(decoder.logits(ids(4))).hasSize(model.vocabularySize());
          }
        });
  }
}
