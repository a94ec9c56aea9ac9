package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.PbqException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
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

  /** From so many rows on, reading the vocabulary's weight again takes little beside its use. */
  private final int manyRows;

  /**
   * @param owner of all arrays; closed with the head
   * @param weight what of it is not held is read again for each call that scores {@code manyRows},
   *     and held from the first call on that scores fewer
   * @param logitBytes logits held at once by {@link #nextTokenNll}
   */
  VocabularyHead(
      NDManager owner,
      Optional<Normalization> norm,
      Optional<LinearLayer> projection,
      HeadWeight weight,
      long logitBytes,
      int manyRows) {
    this.owner = owner;
    this.norm = norm;
    this.projection = projection;
    this.weight = weight;
    this.logitBytes = logitBytes;
    this.manyRows = manyRows;
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
    RunningScores running = new RunningScores(targets);
    if (targets.length < manyRows) {
      weight.hold();
    }
    int firstToken = 0;
    for (HeadRows vocabulary : weight.pieces()) {
      int step =
          (int) Math.max(1, Math.min(targets.length, logitBytes / (4L * vocabulary.count())));
      try (HeadPiece piece = vocabulary.open()) {
        for (int from = 0; from < targets.length; from += step) {
          try (NDArray some = HostArrays.rows(rows, from, Math.min(targets.length, from + step));
              NDArray states = states(some);
              NDArray logits = piece.logits(states, weight.rule())) {
            running.add(logits, from, firstToken);
          }
        }
      }
      firstToken += vocabulary.count();
    }
    return running.scores();
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
    for (HeadRows piece : weight.pieces()) {
      NDArray held = piece.hold().weight();
      rows.add(new LoadedRows(held.getName(), first, held));
      first += piece.count();
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
      for (HeadRows piece : weight.pieces()) {
        parts.add(piece.hold().logits(states, weight.rule()));
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

  private static void requireFinite(float[] nll, int sequence) {
    for (int t = 0; t < nll.length; t++) {
      if (!Float.isFinite(nll[t])) {
        throw PbqException.numerical(
            "the loss of token " + (t + 1) + " of sequence " + sequence + " is " + nll[t]);
      }
    }
  }
}
