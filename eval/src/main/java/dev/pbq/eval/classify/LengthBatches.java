package dev.pbq.eval.classify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts texts into batches of similar length, so that little is padded.
 *
 * @param tokens of a batch, padding included, at most; a longer text is alone in its batch
 * @param equalLengths whether texts in a batch must be of one length, so that nothing is padded
 */
record LengthBatches(int tokens, boolean equalLengths) {

  /**
   * The batches, each of indices into {@code examples}; shortest texts first, among equals in their
   * order.
   */
  List<int[]> of(List<Example> examples) {
    List<Integer> order =
        IntStream.range(0, examples.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> examples.get(i).ids().length))
            .toList();
    List<int[]> batches = new ArrayList<>();
    int from = 0;
    while (from < order.size()) {
      int first = examples.get(order.get(from)).ids().length;
      int to = from + 1;
      while (to < order.size()) {
        int width = examples.get(order.get(to)).ids().length;
        if ((equalLengths && width != first) || (long) width * (to - from + 1) > tokens) {
          break;
        }
        to++;
      }
      batches.add(order.subList(from, to).stream().mapToInt(Integer::intValue).toArray());
      from = to;
    }
    return batches;
  }
}
