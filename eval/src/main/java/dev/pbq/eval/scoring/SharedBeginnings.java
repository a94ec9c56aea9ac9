package dev.pbq.eval.scoring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which sequences have their common beginning run once, and which of them share a batch. Nothing
 * but the number of tokens that are run decides, and what a run costs beside its tokens.
 */
final class SharedBeginnings {
  /** What reading a model's weights takes, in tokens that are computed in that time. */
  private static final int RUN_TOKENS = 32;

  /** Tokens of a beginning, at least: what fewer save is not worth copies of their keys. */
  private static final int LEAST = 8;

  /** Sequences that share one beginning, at most: bounds the search. */
  private static final int GROUP = 16;

  private final List<TokenSlice> sequences;
  private final int[] alone;
  private final int budget;

  /**
   * @param sequences in lexicographic order
   * @param alone tokens at the end of each that must not be part of a beginning
   * @param budget tokens that a batch may have
   */
  SharedBeginnings(List<TokenSlice> sequences, int[] alone, int budget) {
    this.sequences = sequences;
    this.alone = alone;
    this.budget = budget;
  }

  /**
   * Sequences with one beginning.
   *
   * @param shared tokens of the beginning; 0 if it is a single sequence
   * @param tokens of all the sequences, each counted from its first on
   */
  private record Group(CheapestCuts.Run members, int shared, long tokens) {
    int size() {
      return members.to() - members.from();
    }
  }

  /** The batches, those with the longest beginnings first; then what shares nothing. */
  List<PlannedBatch> batches() {
    List<Group> groups =
        CheapestCuts.of(sequences.size(), this::groupCost).stream()
            .map(run -> new Group(run, shared(run.from(), run.to()), tokens(run.from(), run.to())))
            .toList();
    List<PlannedBatch> batches = new ArrayList<>();
    List<Group> sharing =
        groups.stream()
            .filter(group -> group.shared() > 0)
            .sorted(Comparator.comparingInt(group -> -group.shared()))
            .toList();
    for (CheapestCuts.Run run : CheapestCuts.of(sharing.size(), new BatchCost(sharing))) {
      batches.add(batch(sharing.subList(run.from(), run.to())));
    }
    int[] single =
        groups.stream()
            .filter(group -> group.shared() == 0)
            .flatMapToInt(group -> IntStream.range(group.members().from(), group.members().to()))
            .toArray();
    BatchPlan.longestFirst(sequences, single);
    batches.addAll(BatchPlan.cut(sequences, single, budget, true));
    return batches;
  }

  private long groupCost(int from, int to) {
    int shared = shared(from, to);
    if (to - from > 1 && (shared < LEAST || to - from > GROUP)) {
      return CheapestCuts.FORBIDDEN;
    }
    return tokens(from, to) - (to - from - 1L) * shared;
  }

  private long tokens(int from, int to) {
    return sequences.subList(from, to).stream().mapToLong(TokenSlice::length).sum();
  }

  /** Tokens of the common beginning of sequences [from, to). */
  private int shared(int from, int to) {
    if (to - from == 1) {
      return 0;
    }
    int common = Integer.MAX_VALUE;
    for (int i = from; i < to; i++) {
      common = Math.min(common, sequences.get(i).length() - alone[i]);
      if (i > from) {
        common = Math.min(common, sequences.get(i - 1).commonWith(sequences.get(i)));
      }
    }
    return common;
  }

  /** Groups of one batch all share as many tokens as the last of them, which has the fewest. */
  private final class BatchCost implements CheapestCuts.Cost {
    private final List<Group> groups;
    private final long[] tokens;
    private final long[] sequencesBefore;

    BatchCost(List<Group> groups) {
      this.groups = groups;
      this.tokens = new long[groups.size() + 1];
      this.sequencesBefore = new long[groups.size() + 1];
      for (int i = 0; i < groups.size(); i++) {
        tokens[i + 1] = tokens[i] + groups.get(i).tokens();
        sequencesBefore[i + 1] = sequencesBefore[i] + groups.get(i).size();
      }
    }

    @Override
    public long of(int from, int to) {
      long all = tokens[to] - tokens[from];
      if (to - from > 1 && all > budget) {
        return CheapestCuts.FORBIDDEN;
      }
      long repeated = sequencesBefore[to] - sequencesBefore[from] - (to - from);
      return all - repeated * groups.get(to - 1).shared() + 2 * RUN_TOKENS;
    }
  }

  private PlannedBatch batch(List<Group> groups) {
    int start = groups.get(groups.size() - 1).shared();
    int[][] beginnings = new int[groups.size()][];
    List<int[]> members = new ArrayList<>();
    for (int g = 0; g < beginnings.length; g++) {
      CheapestCuts.Run run = groups.get(g).members();
      beginnings[g] = sequences.get(run.from()).first(start).padded(start);
      for (int i = run.from(); i < run.to(); i++) {
        members.add(new int[] {i, g});
      }
    }
    members.sort(Comparator.comparingInt(member -> -sequences.get(member[0]).length()));
    CheapestCuts.Cost padded =
        (from, to) ->
            (long) (to - from) * (sequences.get(members.get(from)[0]).length() - start)
                + RUN_TOKENS;
    return new PlannedBatch(
        beginnings,
        CheapestCuts.of(members.size(), padded).stream()
            .map(run -> part(members.subList(run.from(), run.to()), start))
            .toList());
  }

  private PlannedBatch.Part part(List<int[]> members, int start) {
    return new PlannedBatch.Part(
        members.stream().mapToLong(member -> member[1]).toArray(),
        SequenceBatch.of(
            sequences, members.stream().mapToInt(member -> member[0]).toArray(), start));
  }
}
