package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class ParallelTest {
  @Test
  void callsEveryIndexOnce() {
    for (int count : new int[] {0, 1, 2, 7, 1000}) {
      AtomicIntegerArray calls = new AtomicIntegerArray(count);
      Parallel.forEach(count, calls::incrementAndGet);
      for (int i = 0; i < count; i++) {
        assertThat(calls.get(i)).isOne();
      }
    }
  }

  @Test
  void staysWithinTheThreadsGiven() {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    int result =
        Parallel.withThreads(
            1,
            () -> {
              Parallel.forEach(50, i -> threads.add(Thread.currentThread().getName()));
              return 5;
            });
    assertThat(result).isEqualTo(5);
    assertThat(threads).hasSize(1);
    assertThatThrownBy(() -> Parallel.withThreads(0, () -> 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void failuresArriveAsTheyWereThrown() {
    PbqException failure = PbqException.numerical("layer 3");
    Runnable inPool =
        () ->
            Parallel.withThreads(
                2,
                () -> {
                  Parallel.forEach(10, ParallelTest::failAtThree);
                  return 0;
                });
    assertThatThrownBy(inPool::run).isInstanceOf(PbqException.class).hasMessage("layer 3");
    assertThatThrownBy(() -> Parallel.forEach(10, ParallelTest::failAtThree))
        .isInstanceOf(PbqException.class)
        .hasMessage("layer 3");
    assertThatThrownBy(
            () ->
                Parallel.withThreads(
                    2,
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThatThrownBy(
            () ->
                Parallel.withThreads(
                    2,
                    () -> {
                      throw new java.io.IOException("disk");
                    }))
        .hasRootCauseMessage("disk");
    assertThatThrownBy(
            () ->
                Parallel.withThreads(
                    2,
                    () -> {
                      throw new AssertionError("defect");
                    }))
        .isInstanceOf(AssertionError.class);
  }

  private static void failAtThree(int i) {
    if (i == 3) {
      throw PbqException.numerical("layer 3");
    }
  }
}
