package dev.pbq.core.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource({"0, 5", "1, 5", "5, 5", "6, 5", "1000, 7", "3, 2147483647"})
  void rangesCoverEveryIndexOnceAndStartAtMultiplesOfTheirSize(int count, int size) {
    for (int threads : new int[] {1, 3}) {
      AtomicIntegerArray calls = new AtomicIntegerArray(count);
      List<int[]> ranges =
          Parallel.withThreads(
              threads,
              () -> {
                Parallel.forEachRange(
                    count,
                    size,
                    (from, to) -> IntStream.range(from, to).forEach(calls::incrementAndGet));
                return Parallel.mapRanges(count, size, (from, to) -> new int[] {from, to});
              });
      assertThat(ranges).hasSize(Parallel.ranges(count, size));
      for (int i = 0; i < ranges.size(); i++) {
        assertThat(ranges.get(i)[0]).isEqualTo(i * size);
        assertThat(ranges.get(i)[1]).isEqualTo((int) Math.min(count, (i + 1L) * size));
      }
      for (int i = 0; i < count; i++) {
        assertThat(calls.get(i)).isOne();
      }
    }
  }

  @Test
  void theLastRangeMayEndAtTheLargestIndex() {
    int size = 1 << 30;
    assertThat(Parallel.mapRanges(Integer.MAX_VALUE, size, (from, to) -> to))
        .containsExactly(size, Integer.MAX_VALUE);
  }

  @Test
  void rangesOfNoSizeAreRefused() {
    assertThatThrownBy(() -> Parallel.forEachRange(3, 0, (from, to) -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sumsHaveTheSameBitsForAnyNumberOfThreads() {
    double expected = 0;
    for (int from = 0; from < 10_000; from += 7) {
      expected += harmonic(from, Math.min(10_000, from + 7));
    }
    for (int threads : new int[] {1, 2, 5}) {
      double sum =
          Parallel.withThreads(
              threads, () -> Parallel.sumRanges(10_000, 7, ParallelTest::harmonic));
      assertThat(sum).isEqualTo(expected);
    }
  }

  private static double harmonic(int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += 1.0 / (i + 1);
    }
    return sum;
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

  /** Pieces, and streams that others run, in one pool: no thread may wait for ever. */
  @Test
  @Timeout(60)
  void forksThatUsePiecesAndStreamsComeToAnEnd() {
    for (int threads : new int[] {1, 2, 3}) {
      for (int repetition = 0; repetition < 100; repetition++) {
        long sum = Parallel.withThreads(threads, ParallelTest::sumOfForks);
        assertThat(sum).isEqualTo(8 * (2 * 4950 + 4950));
      }
    }
    assertThat(sumOfForks()).as("outside a pool").isEqualTo(8 * (2 * 4950 + 4950));
  }

  private static long sumOfForks() {
    List<Parallel.Fork<Long>> forks = new ArrayList<>();
    for (int f = 0; f < 8; f++) {
      forks.add(Parallel.fork(ParallelTest::sumOfPieces));
    }
    long sum = 0;
    for (Parallel.Fork<Long> fork : forks) {
      for (Parallel.Fork<Long> other : forks) {
        if (!fork.isDone()) {
          other.help();
        }
      }
      sum += fork.join();
    }
    return sum;
  }

  private static long sumOfPieces() {
    AtomicLong sum = new AtomicLong();
    Parallel.forEach(100, sum::addAndGet);
    sum.addAndGet(IntStream.range(0, 100).parallel().asLongStream().sum());
    Parallel.forEach(100, sum::addAndGet);
    return sum.get();
  }

  @Test
  void failuresOfForksArriveAsTheyWereThrown() {
    PbqException failure = PbqException.numerical("layer 5");
    assertThatThrownBy(
            () ->
                Parallel.withThreads(
                    2,
                    () ->
                        Parallel.fork(
                                () -> {
                                  throw failure;
                                })
                            .join()))
        .isSameAs(failure);
  }
}
