package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.PbqException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Final norm and projection, where there are any, and the vocabulary. */
final class VocabularyHead implements LanguageHead {
  private final NDManager owner;
  private final Optional<Normalization> norm;
  private final Optional<LinearLayer> projection;
  private final HeadWeight weight;
  private final long logitBytes;

  /**
   * @param owner of all arrays; closed with the head
   * @param logitBytes logits held at once by {@link #nextTokenNll}
   */
  VocabularyHead(
      NDManager owner,
      Optional<Normalization> norm,
      Optional<LinearLayer> projection,
      HeadWeight weight,
      long logitBytes) {
    this.owner = owner;
    this.norm = norm;
    this.projection = projection;
    this.weight = weight;
    this.logitBytes = logitBytes;
  }

  @Override
  public float[][] nextTokenNll(NDArray hidden, int[][] ids) {
    OwnedArrays.stopGradients();
    int tokens = Sequences.tokens(ids);
    Shape shape = hidden.getShape();
    if (shape.dimension() != 3 || shape.get(0) != ids.length || shape.get(1) != tokens) {
      throw new IllegalArgumentException(
          "hidden states " + shape + " for " + ids.length + " sequences of " + tokens + " tokens");
    }
    int[] targets = targets(ids, tokens);
    float[] nll;
    try (NDManager stage = hidden.getManager().newSubManager()) {
      nll = scores(flat(hidden, stage), targets).nll();
    }
    float[][] result = new float[ids.length][tokens - 1];
    for (int i = 0; i < ids.length; i++) {
      System.arraycopy(nll, i * tokens, result[i], 0, tokens - 1);
      requireFinite(result[i], i);
    }
    return result;
  }

  @Override
  public TokenScores score(NDArray rows, int[] next) {
    OwnedArrays.stopGradients();
    Shape shape = rows.getShape();
    if (shape.dimension() != 2 || shape.get(0) != next.length) {
      throw new IllegalArgumentException("states " + shape + " for " + next.length + " tokens");
    }
    for (int id : next) {
      requireKnown(id);
    }
    TokenScores scores = scores(rows, next);
    for (int i = 0; i < next.length; i++) {
      if (!Float.isFinite(scores.nll()[i])) {
        throw PbqException.numerical("the loss of token id " + next[i] + " is " + scores.nll()[i]);
      }
    }
    return scores;
  }

  private TokenScores scores(NDArray rows, int[] targets) {
    TokenScores scores = new TokenScores(new float[targets.length], new boolean[targets.length]);
    int step = (int) Math.max(1, Math.min(targets.length, logitBytes / (4L * weight.vocabulary())));
    for (int from = 0; from < targets.length; from += step) {
      int to = Math.min(targets.length, from + step);
      try (NDArray some = HostArrays.rows(rows, from, to);
          NDArray states = states(some)) {
        addScores(states, targets, from, scores);
      }
    }
    return scores;
  }

  private void requireKnown(int id) {
    if (id < 0 || id >= weight.vocabulary()) {
      throw PbqException.badData(
          "token id " + id + " is outside the vocabulary of " + weight.vocabulary() + " tokens");
    }
  }

  @Override
  public NDArray logits(NDArray hidden) {
    OwnedArrays.stopGradients();
    return recordLogits(hidden);
  }

  @Override
  public void inputs(NDArray hidden, Consumer<FloatBuffer> use) {
    OwnedArrays.stopGradients();
    try (NDManager stage = hidden.getManager().newSubManager();
        NDArray states = states(flat(hidden, stage))) {
      HostArrays.show(states, use);
    }
  }

  @Override
  public List<NDArray> weights() {
    return OwnedArrays.named(owner);
  }

  @Override
  public List<LoadedRows> vocabulary() {
    List<LoadedRows> rows = new ArrayList<>();
    int first = 0;
    for (HeadWeight.Piece piece : weight.pieces()) {
      rows.add(new LoadedRows(piece.weight().getName(), first, piece.weight()));
      first += piece.rows();
    }
    return rows;
  }

  @Override
  public NDArray recordLogits(NDArray hidden) {
    Shape shape = hidden.getShape();
    NDManager manager = hidden.getManager();
    try (NDManager stage = manager.newSubManager();
        NDArray states = states(flat(hidden, stage))) {
      NDList parts = new NDList();
      for (HeadWeight.Piece piece : weight.pieces()) {
        parts.add(weight.logits(piece, states));
      }
      NDArray all = parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, 1);
      NDArray result = all.reshape(new Shape(shape.get(0), shape.get(1), weight.vocabulary()));
      result.attach(manager);
      return result;
    }
  }

  @Override
  public void close() {
    owner.close();
  }

  /** A view [rows, hidden] in {@code stage}. */
  private static NDArray flat(NDArray hidden, NDManager stage) {
    NDArray rows = hidden.reshape(new Shape(-1, hidden.getShape().get(2)));
    rows.attach(stage);
    return rows;
  }

  /**
   * The array that the vocabulary's weight is multiplied with; a new one, which the caller owns.
   */
  private NDArray states(NDArray rows) {
    NDArray normed = norm.isPresent() ? norm.get().apply(rows) : rows.reshape(rows.getShape());
    if (projection.isEmpty()) {
      return normed;
    }
    try (normed) {
      return projection.get().apply(normed);
    }
  }

  /** For each position the next token; 0 for the last of a sequence, whose result is not used. */
  private int[] targets(int[][] ids, int tokens) {
    int[] targets = new int[Math.multiplyExact(ids.length, tokens)];
    for (int i = 0; i < ids.length; i++) {
      for (int t = 1; t < tokens; t++) {
        int id = ids[i][t];
        requireKnown(id);
        targets[i * tokens + t - 1] = id;
      }
    }
    return targets;
  }

  /** The rows of {@code states} are those from {@code from} on. */
  private void addScores(NDArray states, int[] targets, int from, TokenScores scores) {
    int count = (int) states.getShape().get(0);
    double[] largest = new double[count];
    double[] sum = new double[count];
    double[] target = new double[count];
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
    int firstToken = 0;
    for (HeadWeight.Piece piece : weight.pieces()) {
      int size = piece.rows();
      PieceSums sums = pieceSums(states, piece, targets, from, firstToken);
      for (int i = 0; i < count; i++) {
        double both = Math.max(largest[i], sums.largest()[i]);
        sum[i] =
            sum[i] * Math.exp(largest[i] - both)
                + sums.sum()[i] * Math.exp(sums.largest()[i] - both);
        largest[i] = both;
        int id = targets[from + i];
        if (id >= firstToken && id < firstToken + size) {
          target[i] = sums.largest()[i] + sums.target()[i];
        }
      }
      firstToken += size;
    }
    for (int i = 0; i < count; i++) {
      scores.nll()[from + i] = (float) (largest[i] - target[i] + Math.log(sum[i]));
      scores.greedy()[from + i] = target[i] == largest[i];
    }
  }

  /**
   * Of one piece of the vocabulary, for each row: the largest logit, the sum of exp(logit -
   * largest), and the target's logit - largest (of some other token if the target is not there).
   */
  private record PieceSums(float[] largest, float[] sum, float[] target) {}

  private PieceSums pieceSums(
      NDArray states, HeadWeight.Piece piece, int[] targets, int from, int firstToken) {
    int size = piece.rows();
    try (NDArray logits = weight.logits(piece, states);
        NDArray largest = logits.max(new int[] {1}, true);
        NDArray index = targetIndex(states, targets, from, firstToken, size)) {
      logits.subi(largest);
      try (NDArray target = logits.gather(index, 1);
          NDArray exp = logits.exp();
          NDArray sum = exp.sum(new int[] {1}, true)) {
        return new PieceSums(largest.toFloatArray(), sum.toFloatArray(), target.toFloatArray());
      }
    }
  }

  /** int64 [rows, 1]. */
  private static NDArray targetIndex(
      NDArray states, int[] targets, int from, int firstToken, int size) {
    int count = (int) states.getShape().get(0);
    LongBuffer index = LongBuffer.allocate(count);
    for (int i = 0; i < count; i++) {
      int id = targets[from + i] - firstToken;
      index.put(i, id >= 0 && id < size ? id : 0);
    }
    return states.getManager().create(index, new Shape(count, 1), DataType.INT64);
  }

  private static void requireFinite(float[] nll, int sequence) {
    for (int t = 0; t < nll.length; t++) {
      if (!Float.isFinite(nll[t])) {
        throw PbqException.numerical(
            "the loss of token " + (t + 1) + " of sequence " + sequence + " is " + nll[t]);
      }
    }
  }
}
