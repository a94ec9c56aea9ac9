package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.activation.WindowValues;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.parallel.Parallel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Runs calibration windows through a block in pieces, each by one thread, several side by side: all
 * cores are busy, and what comes out does not depend on how many there are.
 */
final class WindowLanes {
  /** Arrays [tokens, hidden size] that a piece takes, the inputs that are gathered among them. */
  private static final long ARRAYS_OF_A_PIECE = 20;

  /**
   * The share of Java's heap that all pieces together may take. They are outside of it, where a
   * machine has about as much again ({@code bin/pbq} gives Java half of it).
   */
  private static final long SHARE_OF_HEAP = 2;

  private final HiddenStates states;
  private final int pieceWindows;
  private final RunMemory memory;
  private final ProgressListener progress;

  private WindowLanes(
      HiddenStates states, int pieceWindows, RunMemory memory, ProgressListener progress) {
    this.states = states;
    this.pieceWindows = pieceWindows;
    this.memory = memory;
    this.progress = progress;
  }

  /** Batches of a mixture of experts stay whole, as its products are of the tokens of a batch. */
  static WindowLanes of(
      CausalModel model, HiddenStates states, RunMemory memory, ProgressListener progress) {
    boolean routed =
        IntStream.range(0, model.blocks())
            .mapToObj(model::linearInputs)
            .flatMap(List::stream)
            .anyMatch(LinearInput::routed);
    int piece = routed ? states.batch() : states.piece();
    return new WindowLanes(states, piece, memory, progress);
  }

  /** Windows of one batch that one thread runs. */
  private record Piece(int batch, int first, int count) {}

  HiddenStates states() {
    return states;
  }

  /** Runs all windows through a block and stores what comes out. */
  void propagate(
      int index, DecoderBlock block, WindowValues inputs, WindowValues outputs, NDManager manager) {
    forEachGroup(
        (first, end) -> {
          run(
              pieces(first, end),
              inputs,
              manager,
              (piece, hidden) ->
                  states.write(outputs, piece.first(), block.forward(hidden, LinearInputTap.NONE)));
          progress.windows(index, end, states.windows());
        });
  }

  /**
   * Runs all windows through a block as far as an input, and shows what some inputs are, batch by
   * batch in order, in the calling thread.
   *
   * @param last where to stop
   * @param wanted inputs to show
   * @param tap for the batch that starts at a window
   */
  void show(
      int index,
      DecoderBlock block,
      LinearInput last,
      List<LinearInput> wanted,
      WindowValues inputs,
      IntFunction<LinearInputTap> tap,
      NDManager manager) {
    forEachGroup(
        (first, end) -> {
          try (NDManager kept = manager.newSubManager()) {
            List<GatheredBatch> batches = new ArrayList<>();
            for (int batch = first; batch < end; batch += states.batch()) {
              batches.add(
                  new GatheredBatch(kept, wanted, batch, states.batchAt(batch), tap.apply(batch)));
            }
            run(
                pieces(first, end),
                inputs,
                manager,
                (piece, hidden) -> {
                  GatheredBatch batch = batches.get((piece.batch() - first) / states.batch());
                  block.forwardTo(last, hidden, batch.piece(piece.first(), piece.count()));
                });
            batches.forEach(GatheredBatch::show);
          }
          progress.windows(index, end, states.windows());
        });
  }

  /**
   * Windows of whole batches whose pieces are enough for all threads, or for as many as there is
   * memory for.
   */
  static int group(HiddenStates states, int pieceWindows, int threads) {
    int perBatch = Parallel.ranges(states.batch(), pieceWindows);
    long piece = ARRAYS_OF_A_PIECE * Float.BYTES * pieceWindows * states.windowValues();
    long most = Math.max(1, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / piece);
    return Parallel.ranges((int) Math.min(threads, most), perBatch) * states.batch();
  }

  private void forEachGroup(Parallel.RangeTask body) {
    int group = group(states, pieceWindows, memory.lanes(Parallel.threads()));
    for (int first = 0; first < states.windows(); first += group) {
      body.run(first, Math.min(states.windows(), first + group));
    }
  }

  private List<Piece> pieces(int from, int end) {
    List<Piece> pieces = new ArrayList<>();
    for (int batch = from; batch < end; batch += states.batch()) {
      int batchEnd = batch + states.batchAt(batch);
      for (int first = batch; first < batchEnd; first += pieceWindows) {
        pieces.add(new Piece(batch, first, Math.min(pieceWindows, batchEnd - first)));
      }
    }
    return pieces;
  }

  private void run(
      List<Piece> pieces,
      WindowValues inputs,
      NDManager manager,
      BiConsumer<Piece, NDArray> action) {
    Engines.onCallingThreads(
        () ->
            Parallel.inLanes(
                pieces.size(),
                Math.min(pieces.size(), memory.lanes()),
                i -> {
                  Piece piece = pieces.get(i);
                  try (NDManager scope = manager.newSubManager()) {
                    action.accept(piece, states.read(inputs, piece.first(), piece.count(), scope));
                  }
                }));
  }
}
