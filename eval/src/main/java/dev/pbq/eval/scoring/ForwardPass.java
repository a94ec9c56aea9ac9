package dev.pbq.eval.scoring;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.PbqException;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.generate.KeptRotations;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.ScoringProgress;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Runs a model over sequences, in either of two ways with the same arithmetic: with all blocks in
 * memory, batch after batch; or, where the model is larger than the memory budget, with one block
 * in memory at a time and the hidden states of all sequences in a scratch file. The hidden states
 * after the last block go to a consumer, batch after batch in the plan's order.
 */
public final class ForwardPass {
  private final CausalModel model;
  private final WeightSource weights;
  private final ProductOperands operands;
  private final long residentBytes;
  private final Path scratchDirectory;

  /**
   * Makes a pass that may be run many times.
   *
   * @param weights not owned; must stay open as long as the pass is used
   * @param operands what happens to the operands of the blocks' products
   * @param residentBytes the largest float32 model that is held in memory whole
   * @param scratchDirectory where hidden states go otherwise; must exist
   */
  public ForwardPass(
      CausalModel model,
      WeightSource weights,
      ProductOperands operands,
      long residentBytes,
      Path scratchDirectory) {
    this.model = Objects.requireNonNull(model);
    this.weights = Objects.requireNonNull(weights);
    this.operands = Objects.requireNonNull(operands);
    this.residentBytes = residentBytes;
    this.scratchDirectory = Objects.requireNonNull(scratchDirectory);
  }

  /** The model that is run. */
  public CausalModel model() {
    return model;
  }

  /**
   * Whether what is computed at a position depends on that position and those before it alone. Not
   * so where operands of products are changed: a number format's blocks may span positions.
   */
  public boolean isCausal() {
    return operands.isUnchanged();
  }

  /**
   * As {@link #isCausal()}, and that it does not depend on the length of the sequence either, as
   * some rotary positions do, as long as it has at most so many tokens.
   */
  boolean isCausalUpTo(int tokens) {
    return isCausal() && KeptRotations.of(model).areAlike(1, tokens);
  }

  /** Bytes of the model's weights as float32. */
  public long modelBytes() {
    return model.floatBytes(weights);
  }

  /**
   * Runs all batches of a plan.
   *
   * @param manager parent of everything native; nothing is left in it
   * @param progress is called for blocks, where they are run one at a time; the consumer reports
   *     the rest
   * @throws PbqException NUMERICAL if a hidden state is not finite; BAD_DATA if an id is outside
   *     the vocabulary; RESOURCES if the scratch file cannot be written
   */
  public void run(
      BatchPlan plan, NDManager manager, ScoringProgress progress, HiddenStateConsumer consumer) {
    try (NDManager scope = manager.newSubManager();
        TokenEmbedding embedding = model.embedding(scope, weights);
        LanguageHead head = model.scoringHead(scope, weights)) {
      if (modelBytes() <= residentBytes) {
        runResident(plan, scope, embedding, head, consumer);
      } else {
        runStreaming(plan, scope, embedding, head, progress, consumer);
      }
    }
  }

  private void runResident(
      BatchPlan plan,
      NDManager manager,
      TokenEmbedding embedding,
      LanguageHead head,
      HiddenStateConsumer consumer) {
    List<DecoderBlock> blocks = new ArrayList<>();
    try {
      for (int b = 0; b < model.blocks(); b++) {
        blocks.add(model.block(manager, weights, b, operands));
      }
      for (PlannedBatch batch : plan.batches()) {
        try (NDManager scope = manager.newSubManager()) {
          BatchStates states = BatchStates.embedded(scope, batch, embedding);
          for (int b = 0; b < blocks.size(); b++) {
            states.advance(model, b, blocks.get(b));
          }
          states.show(head, consumer);
        }
      }
    } finally {
      blocks.forEach(DecoderBlock::close);
    }
  }

  private void runStreaming(
      BatchPlan plan,
      NDManager manager,
      TokenEmbedding embedding,
      LanguageHead head,
      ScoringProgress progress,
      HiddenStateConsumer consumer) {
    Path file = scratchFile();
    try (ActivationFile states = ActivationFile.open(file, model.hiddenSize())) {
      int token = 0;
      for (PlannedBatch batch : plan.batches()) {
        try (NDManager scope = manager.newSubManager()) {
          token = write(states, token, BatchStates.embedded(scope, batch, embedding));
        }
      }
      for (int b = 0; b < model.blocks(); b++) {
        try (DecoderBlock block = model.block(manager, weights, b, operands)) {
          int index = b;
          eachStored(
              plan,
              states,
              manager,
              (at, done, stored) -> {
                stored.advance(model, index, block);
                write(states, at, stored);
                progress.block(index, model.blocks(), done, plan.sequences());
              });
        }
      }
      eachStored(plan, states, manager, (at, done, stored) -> stored.show(head, consumer));
    } finally {
      delete(file);
    }
  }

  /** Takes a batch that was read from the file, from token {@code at} on. */
  private interface StoredBatchVisitor {
    void visit(int at, int sequencesDone, BatchStates stored);
  }

  private void eachStored(
      BatchPlan plan, ActivationFile states, NDManager manager, StoredBatchVisitor visitor) {
    int token = 0;
    int done = 0;
    for (PlannedBatch batch : plan.batches()) {
      done += batch.size();
      try (NDManager scope = manager.newSubManager()) {
        List<NDArray> arrays = new ArrayList<>();
        int end = token;
        for (int[][] ids : BatchStates.ids(batch)) {
          arrays.add(read(states, end, ids, scope));
          end = Math.addExact(end, ids.length * ids[0].length);
        }
        visitor.visit(token, done, new BatchStates(scope, batch, arrays));
        token = end;
      }
    }
  }

  private NDArray read(ActivationFile states, int token, int[][] ids, NDManager manager) {
    Shape shape = new Shape(ids.length, ids[0].length, model.hiddenSize());
    NDArray array = manager.create(shape, DataType.FLOAT32);
    states.read(token, array.toByteBuffer(true).order(ByteOrder.nativeOrder()));
    return array;
  }

  /** Answers the token behind those that were written. */
  private static int write(ActivationFile file, int token, BatchStates states) {
    int end = token;
    for (NDArray array : states.states()) {
      file.write(end, array.toByteBuffer(true).order(ByteOrder.nativeOrder()));
      Shape shape = array.getShape();
      end = Math.addExact(end, Math.toIntExact(shape.get(0) * shape.get(1)));
    }
    return end;
  }

  private Path scratchFile() {
    try {
      return Files.createTempFile(scratchDirectory, "pbq-eval-", ".f32");
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot create a scratch file in " + scratchDirectory + ": " + e.getMessage(), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot delete the scratch file " + file + ": " + e.getMessage(), e);
    }
  }
}
