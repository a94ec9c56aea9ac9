package dev.pbq.eval.scoring;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.TokenScores;
import dev.pbq.eval.ScoringProgress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The likelihoods of spans of tokens. Sequences are run in batches of nearly equal length; tokens
 * that several sequences begin with are run once; a sequence that another one begins with is not
 * run but read off the other; the vocabulary's logits are computed at the scored positions alone.
 */
public final class SpanScorer {
  private final ForwardPass pass;
  private final int batchTokens;

  /** Scores with a pass, in batches of the size that suits the model. */
  public SpanScorer(ForwardPass pass) {
    this(pass, BatchPlan.defaultTokens(pass.model().hiddenSize()));
  }

  /**
   * Scores with a pass.
   *
   * @param batchTokens tokens that are run at once
   */
  public SpanScorer(ForwardPass pass, int batchTokens) {
    this.pass = Objects.requireNonNull(pass);
    this.batchTokens = batchTokens;
  }

  /**
   * Scores spans.
   *
   * @param spans at least one; none longer than the model has positions for, its last token left
   *     out
   * @param manager parent of everything native; the scorer leaves nothing in it
   * @throws dev.pbq.core.PbqException NUMERICAL if a likelihood is not finite
   */
  public SpanScores score(List<Span> spans, NDManager manager, ScoringProgress progress) {
    int longest = spans.stream().mapToInt(span -> span.input().length()).max().orElse(1);
    boolean causal = pass.isCausalUpTo(longest);
    Hosts hosts = Hosts.of(spans, causal);
    float[][] nll = new float[spans.size()][];
    boolean[] greedy = new boolean[spans.size()];
    double[] total = new double[1];
    long[] scored = new long[1];
    int[] done = new int[1];
    int all = hosts.sequences().size();
    BatchPlan plan =
        causal
            ? BatchPlan.sharing(hosts.sequences(), hosts.scored(spans), batchTokens)
            : BatchPlan.byLength(hosts.sequences(), batchTokens, false);
    pass.run(
        plan,
        manager,
        progress,
        (batch, hidden, head) -> {
          total[0] += scoreBatch(spans, hosts, batch, hidden, head, nll, greedy);
          for (int sequence : batch.indices()) {
            for (int span : hosts.spans().get(sequence)) {
              scored[0] += nll[span].length;
            }
          }
          done[0] += batch.size();
          progress.scored(done[0], all, total[0] / scored[0]);
        });
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      int[] ids = Arrays.copyOfRange(span.source(), span.begin(), span.end());
      progress.losses(i, ids, span.from() - span.begin(), nll[i]);
    }
    return new SpanScores(nll, greedy, all, plan.tokens());
  }

  /** Fills in the scores of a batch's spans; answers their sum. */
  private static double scoreBatch(
      List<Span> spans,
      Hosts hosts,
      SequenceBatch batch,
      NDArray hidden,
      LanguageHead head,
      float[][] nll,
      boolean[] greedy) {
    List<Integer> order = new ArrayList<>();
    int[] next = new int[0];
    int count = 0;
    NDList rows = new NDList();
    for (int i = 0; i < batch.size(); i++) {
      for (int index : hosts.spans().get(batch.indices()[i])) {
        Span span = spans.get(index);
        order.add(index);
        int first = span.from() - 1 - span.begin() - batch.start();
        rows.add(hidden.get(new NDIndex().addIndices(i).addSliceDim(first, first + span.scored())));
        if (count + span.scored() > next.length) {
          next = Arrays.copyOf(next, Math.max(2 * next.length, count + span.scored()));
        }
        System.arraycopy(span.source(), span.from(), next, count, span.scored());
        count += span.scored();
      }
    }
    TokenScores scores;
    try (rows;
        NDArray joined = NDArrays.concat(rows, 0)) {
      scores = head.score(joined, Arrays.copyOf(next, count));
    }
    double total = 0;
    int from = 0;
    for (int index : order) {
      int to = from + spans.get(index).scored();
      nll[index] = Arrays.copyOfRange(scores.nll(), from, to);
      greedy[index] = true;
      for (int t = from; t < to; t++) {
        greedy[index] &= scores.greedy()[t];
        total += scores.nll()[t];
      }
      from = to;
    }
    return total;
  }

  /**
   * The sequences that are run, and the spans that are read off each.
   *
   * @param spans for each sequence the indices of its spans
   */
  private record Hosts(List<TokenSlice> sequences, List<List<Integer>> spans) {

    /** For each sequence its tokens from the first on whose hidden state is wanted. */
    int[] scored(List<Span> all) {
      int[] scored = new int[sequences.size()];
      for (int i = 0; i < scored.length; i++) {
        for (int index : spans.get(i)) {
          Span span = all.get(index);
          int before = span.from() - 1 - span.begin();
          scored[i] = Math.max(scored[i], sequences.get(i).length() - before);
        }
      }
      return scored;
    }

    /**
     * @param prefixes whether a span may be read off a longer sequence than its own
     */
    static Hosts of(List<Span> spans, boolean prefixes) {
      int[] order =
          IntStream.range(0, spans.size())
              .boxed()
              .sorted((a, b) -> spans.get(a).input().compareTo(spans.get(b).input()))
              .mapToInt(Integer::intValue)
              .toArray();
      List<TokenSlice> sequences = new ArrayList<>();
      List<List<Integer>> members = new ArrayList<>();
      TokenSlice last = null;
      for (int index : order) {
        TokenSlice input = spans.get(index).input();
        boolean shared = last != null && (prefixes ? last.isPrefixOf(input) : last.equals(input));
        if (shared) {
          sequences.set(sequences.size() - 1, input);
        } else {
          sequences.add(input);
          members.add(new ArrayList<>());
        }
        members.get(members.size() - 1).add(index);
        last = input;
      }
      return new Hosts(sequences, members);
    }
  }
}
