package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class BlasCheckTest {
  @Test
  void theRoutinesOfThisProcessorComputeRight() {
    assertThatCode(BlasCheck::require).doesNotThrowAnyException();
  }
}
