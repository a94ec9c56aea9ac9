package dev.pbq.train.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void theRateWarmsUpStaysAndDecays() {
    Schedule schedule = new Schedule(1.0, 10, 100, 1000);
    assertThat(schedule.at(0)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.at(9)).isCloseTo(1.0, within(1e-12));
    assertThat(schedule.at(900)).isEqualTo(1.0);
    assertThat(schedule.at(925)).isCloseTo(0.5, within(1e-12));
    assertThat(schedule.at(999)).isBetween(0.001, 0.01);
  }
}
