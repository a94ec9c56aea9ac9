package dev.pbq.workflow.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.RunMemory;
import dev.pbq.core.pipeline.RunWork;
import org.junit.jupiter.api.Test;

/** The choice of what is in memory at once. */
class MemoryLimitTest {
  /** Every lane takes 3 GB, every input 2 GB; Hessians take what they may. */
  private static PlanEstimate estimate(RunMemory choice) {
    long bytes =
        Math.min(choice.lanes(), 4) * 3_000_000_000L
            + choice.inputs() * 2_000_000_000L
            + choice.hessianBytes();
    double passes = choice.hessianBytes() == 0 ? 2e12 : 1e12;
    return new PlanEstimate(1, 1, bytes, new RunWork(passes, 0, 0, 0), choice);
  }

  @Test
  void withoutALimitNothingIsHeldBack() {
    assertThat(MemoryLimit.NONE.fastest(4, MemoryLimitTest::estimate).memory())
        .isEqualTo(RunMemory.USUAL);
    assertThat(MemoryLimit.parse(null)).isEqualTo(MemoryLimit.NONE);
    assertThat(MemoryLimit.parse("2GiB").bytes()).isEqualTo(2L << 30);
  }

  @Test
  void theFastestThatFitsIsTaken() {
    RunMemory chosen =
        new MemoryLimit(15_000_000_000L).fastest(4, MemoryLimitTest::estimate).memory();
    assertThat(chosen.lanes()).isEqualTo(4);
    assertThat(chosen.inputs()).isOne();
    assertThat(chosen.hessianBytes()).isPositive();
  }

  @Test
  void whatFitsInNoWayIsRefusedWithWhatIsNeeded() {
    assertThatThrownBy(() -> new MemoryLimit(4_000_000_000L).fastest(4, MemoryLimitTest::estimate))
        .isInstanceOfSatisfying(
            PbqException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(PbqException.Kind.RESOURCES);
              assertThat(e.getMessage()).contains("5.00 GB").contains("4.00 GB");
              assertThat(e.getMessage().lines()).hasSize(1);
            });
  }
}
