package dev.pbq.core.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanesTest {
  private static void onThreads(int threads, Runnable body) {
    Parallel.withThreads(
        threads,
        () -> {
          body.run();
          return null;
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyIndexIsCalledOnceByAtMostSoManyAtATime(int threads) {
    AtomicIntegerArray calls = new AtomicIntegerArray(50);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    onThreads(
        threads,
        () ->
            Parallel.inLanes(
                50,
                4,
                i -> {
                  most.accumulateAndGet(now.incrementAndGet(), Math::max);
                  Parallel.forEach(10, k -> calls.incrementAndGet(i));
                  now.decrementAndGet();
                }));
    for (int i = 0; i < 50; i++) {
      assertThat(calls.get(i)).isEqualTo(10);
    }
    assertThat(most.get()).isBetween(1, Math.min(threads, 4));
  }

  @Test
  void lanesShareTheThreads() {
    Set<Integer> inside = ConcurrentHashMap.newKeySet();
    onThreads(6, () -> Parallel.inLanes(4, 2, i -> inside.add(Parallel.threads())));
    assertThat(inside).containsExactly(3);
    inside.clear();
    onThreads(6, () -> Parallel.inLanes(1, 2, i -> inside.add(Parallel.threads())));
    assertThat(inside).containsExactly(6);
  }

  /** In a pool of its own a thread that waited could begin with another call, and never end. */
  @Test
  void callsMayWaitForEachOther() {
    CountDownLatch second = new CountDownLatch(1);
    onThreads(
        2,
        () ->
            Parallel.inLanes(
                2,
                2,
                i -> {
                  if (i == 1) {
                    second.countDown();
                    return;
                  }
                  try {
                    assertThat(second.await(1, TimeUnit.MINUTES)).isTrue();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                }));
  }

  @Test
  void theLowestFailureIsThrownAndNothingIsBegunAfterIt() {
    AtomicInteger called = new AtomicInteger();
    assertThatThrownBy(
            () ->
                onThreads(
                    2,
                    () ->
                        Parallel.inLanes(
                            1000,
                            2,
                            i -> {
                              called.incrementAndGet();
                              throw PbqException.numerical("index " + i);
                            })))
        .isInstanceOf(PbqException.class)
        .hasMessage("index 0");
    assertThat(called.get()).isBetween(1, 2);
  }
}
