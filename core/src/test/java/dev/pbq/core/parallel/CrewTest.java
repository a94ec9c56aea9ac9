package dev.pbq.core.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class CrewTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void callsEveryIndexOnceInManyShortPieces(int threads) {
    try (Crew crew = Crew.of(threads)) {
      AtomicIntegerArray calls = new AtomicIntegerArray(40);
      int rounds = 3000;
      int seen =
          crew.run(
              () -> {
                for (int i = 0; i < rounds; i++) {
                  Parallel.forEach(40, calls::incrementAndGet);
                }
                return Parallel.threads();
              });
      assertThat(seen).isEqualTo(threads);
      for (int i = 0; i < 40; i++) {
        assertThat(calls.get(i)).isEqualTo(rounds);
      }
    }
  }

  @Test
  void wakesThreadsThatHaveFallenAsleep() throws InterruptedException {
    try (Crew crew = Crew.of(2)) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      for (int i = 0; i < 5; i++) {
        Thread.sleep(20);
        crew.run(
            () -> {
              // Neither can end before the other has begun.
              AtomicInteger begun = new AtomicInteger();
              Parallel.forEach(
                  2,
                  index -> {
                    threads.add(Thread.currentThread());
                    begun.incrementAndGet();
                    while (begun.get() < 2) {
                      Thread.onSpinWait();
                    }
                  });
              return null;
            });
      }
      assertThat(threads).hasSize(2);
    }
  }

  @Test
  void waitsForAPieceThatTakesLong() {
    try (Crew crew = Crew.of(3)) {
      AtomicInteger done = new AtomicInteger();
      crew.run(
          () -> {
            Parallel.forEach(
                3,
                i -> {
                  pause(5);
                  done.incrementAndGet();
                });
            assertThat(done).hasValue(3);
            return null;
          });
    }
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void callsWithinCallsRunInTheirOwnThread() {
    try (Crew crew = Crew.of(2)) {
      AtomicInteger calls = new AtomicInteger();
      crew.run(
          () -> {
            Parallel.forEach(
                4,
                i -> {
                  Thread outer = Thread.currentThread();
                  Parallel.forEach(
                      3,
                      j -> {
                        assertThat(Thread.currentThread()).isSameAs(outer);
                        calls.incrementAndGet();
                      });
                });
            return null;
          });
      assertThat(calls).hasValue(12);
    }
  }

  @Test
  void failuresArriveAsTheyWereThrownAndTheCrewGoesOn() {
    try (Crew crew = Crew.of(2)) {
      PbqException failure = PbqException.numerical("block 3");
      assertThatThrownBy(
              () ->
                  crew.run(
                      () -> {
                        Parallel.forEach(
                            50,
                            i -> {
                              if (i == 7) {
                                throw failure;
                              }
                            });
                        return null;
                      }))
          .isSameAs(failure);
      int five = crew.run(() -> 5);
      assertThat(five).isEqualTo(5);
    }
  }

  @Test
  void isRefusedWithoutThreadsWithinItselfAndOnceItIsClosed() {
    assertThatThrownBy(() -> Crew.of(0)).isInstanceOf(IllegalArgumentException.class);
    Crew crew = Crew.of(1);
    assertThatThrownBy(() -> crew.run(() -> crew.run(() -> 1)))
        .isInstanceOf(IllegalStateException.class);
    crew.close();
    assertThatThrownBy(() -> crew.run(() -> 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void itsThreadsEndWhenItIsClosed() throws InterruptedException {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (Crew crew = Crew.of(2)) {
      crew.run(
          () -> {
            Parallel.forEach(
                2,
                i -> {
                  threads.add(Thread.currentThread());
                  pause(5);
                });
            return null;
          });
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
