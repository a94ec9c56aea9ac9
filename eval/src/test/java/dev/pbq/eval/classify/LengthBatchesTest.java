package dev.pbq.eval.classify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LengthBatchesTest {
  private static List<Example> examples(int... lengths) {
    List<Example> examples = new ArrayList<>();
    for (int length : lengths) {
      examples.add(new Example(new int[length], 0));
    }
    return examples;
  }

  @Test
  void similarLengthsGoTogether() {
    List<Example> examples = examples(9, 2, 3, 2, 30, 4);
    assertThat(new LengthBatches(12, false).of(examples))
        .containsExactly(new int[] {1, 3, 2}, new int[] {5}, new int[] {0}, new int[] {4});
    assertThat(new LengthBatches(12, true).of(examples))
        .containsExactly(
            new int[] {1, 3}, new int[] {2}, new int[] {5}, new int[] {0}, new int[] {4});
  }

  @Test
  void everyTextIsInOneBatchAndNoBatchIsTooLarge() {
    int[] lengths = new Random(1).ints(200, 1, 50).toArray();
    for (boolean equal : new boolean[] {false, true}) {
      List<int[]> batches = new LengthBatches(100, equal).of(examples(lengths));
      List<Integer> seen = new ArrayList<>();
      for (int[] batch : batches) {
        int widest = 0;
        for (int i : batch) {
          seen.add(i);
          widest = Math.max(widest, lengths[i]);
          assertThat(!equal || lengths[i] == lengths[batch[0]]).isTrue();
        }
        assertThat(widest * batch.length).isLessThanOrEqualTo(100);
      }
      assertThat(seen).hasSize(200).doesNotHaveDuplicates();
    }
  }
}
