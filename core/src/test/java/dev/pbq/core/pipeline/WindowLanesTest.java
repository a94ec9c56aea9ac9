package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.activation.HiddenStates;
import org.junit.jupiter.api.Test;

class WindowLanesTest {
  @Test
  void smallPiecesAreEnoughForAllThreads() {
    HiddenStates states = HiddenStates.of(64, 64, 32);
    int group = WindowLanes.group(states, states.piece(), 7);
    assertThat(group % states.batch()).isZero();
    assertThat(group / states.piece()).isGreaterThanOrEqualTo(7);
  }

  /** Each takes 1.3 GB: a thousand threads must not ask for a thousand of them. */
  @Test
  void largePiecesAreAsManyAsThereIsMemoryFor() {
    HiddenStates states = HiddenStates.of(1000, 2048, 8192);
    assertThat(states.batch()).isOne();
    long piece = 20L * Float.BYTES * 2048 * 8192;
    int group = WindowLanes.group(states, 1, 1000);
    assertThat(group).isPositive().isLessThan(1000);
    assertThat(group == 1 || group * piece <= Runtime.getRuntime().maxMemory()).isTrue();
  }
}
