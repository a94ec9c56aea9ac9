package dev.pbq.spark;

import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/**
 * Sends a band to every linear that reads its input.
 *
 * @param inputOf by linear the index of its input
 */
record Readers(List<Integer> inputOf) implements PairFlatMapFunction<BandSum, Integer, BandSum> {
  @Override
  public Iterator<Tuple2<Integer, BandSum>> call(BandSum sum) {
    return IntStream.range(0, inputOf.size())
        .filter(linear -> inputOf.get(linear) == sum.input())
        .mapToObj(linear -> new Tuple2<>(linear, sum))
        .iterator();
  }
}
