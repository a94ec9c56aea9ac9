package dev.pbq.train.student;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.tensor.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The model that is trained: the project's own model code on weights of which some are trained. All
 * blocks are in memory. Backward either keeps the whole graph of a batch, or, with recomputation,
 * only the blocks' inputs: each block is then run again when its turn comes, so that the graph of
 * one block is held at a time, at the price of a second forward pass (activation checkpointing,
 * Chen et al., arXiv 1604.06174). Owns its arrays; for one thread at a time.
 */
public final class Student implements AutoCloseable {
  private final NDManager owner;
  private final OuterArrays embedding;
  private final List<DecoderBlock> blocks = new ArrayList<>();
  private final LanguageHead head;
  private final TrainedWeights trained;
  private final Adapters adapters;
  private final BlockArrays arrays;
  private final boolean recompute;

  /**
   * Loads a model.
   *
   * @param weights of everything that is not trained, and the shapes of the rest; lent
   * @param trained what is trained; shared with the caller
   * @param recompute whether blocks are run again in the backward pass
   */
  public Student(
      NDManager parent,
      CausalModel model,
      WeightSource weights,
      TrainedWeights trained,
      boolean recompute) {
    this(parent, model, weights, trained, ProductOperands.UNCHANGED, recompute);
  }

  /**
   * As the other, with operands of the blocks' products changed.
   *
   * @param operands of products, but for weights that are trained
   */
  public Student(
      NDManager parent,
      CausalModel model,
      WeightSource weights,
      TrainedWeights trained,
      ProductOperands operands,
      boolean recompute) {
    this.owner = parent.newSubManager();
    this.trained = trained;
    this.adapters = new Adapters(owner, model.layout(), trained);
    this.recompute = recompute;
    WeightSource layers = trained.over(weights);
    ProductOperands products =
        new SignedInputs(adapters.operands(operands), model.layout(), layers);
    for (int b = 0; b < model.blocks(); b++) {
      blocks.add(model.block(owner, layers, b, products));
    }
    this.head = model.head(owner, weights);
    this.embedding = new OuterArrays(owner, model, weights, trained, head.vocabulary());
    List<NDArray> whole = new ArrayList<>();
    blocks.forEach(block -> whole.addAll(block.weights()));
    blocks.forEach(block -> adapters.hold(block.weights()));
    head.weights().stream().filter(array -> !embedding.holds(array)).forEach(whole::add);
    this.arrays = new BlockArrays(trained, whole, model.layout(), operands);
    arrays.learn();
    adapters.refresh();
  }

  /** Takes the current values of what is trained into use. */
  public void refresh() {
    arrays.learn();
    embedding.refresh();
    adapters.refresh();
  }

  /** Sets the gradients of what is trained from all batches since the last call. */
  public void takeGradients() {
    arrays.takeGradients();
    embedding.takeGradients();
    adapters.takeGradients();
  }

  /**
   * Forward and backward; the gradients are added to those of earlier batches.
   *
   * @param ids token ids [sequences][tokens], of one length
   * @param teacher present if the objective needs one
   * @param share factor on the loss: of this batch in the step
   * @return the loss, times the share
   */
  public double backward(
      int[][] ids, Objective objective, Optional<Teacher> teacher, double share) {
    return backward(ids, objective, teacher, share, 0);
  }

  /**
   * As the other.
   *
   * @param noise what the random numbers of dropout follow from; another one for every batch
   */
  public double backward(
      int[][] ids, Objective objective, Optional<Teacher> teacher, double share, long noise) {
    adapters.train(noise);
    try (NDManager step = owner.newSubManager()) {
      Optional<Teacher.Signals> signals = teacher.map(t -> t.signals(step, ids));
      Batch batch = new Batch(ids, objective, signals, share);
      NDArray rows = embedding.rows(step, ids);
      double loss = recompute ? inPieces(rows, batch) : whole(rows, batch);
      embedding.collect(rows, ids);
      return loss;
    }
  }

  /** What the loss of a batch is made of. */
  private record Batch(
      int[][] ids, Objective objective, Optional<Teacher.Signals> signals, double share) {
    NDArray onLogits(NDArray logits) {
      NDArray teacher = signals.map(Teacher.Signals::logits).orElse(null);
      return objective.onLogits(logits, teacher, ids, share);
    }

    /** The term on the input of a block; null where there is none. */
    NDArray onHidden(NDArray hidden, int block) {
      return block == 0 || objective.hidden() == 0
          ? null
          : objective.onHidden(hidden, signals.orElseThrow().inputs().get(block), share);
    }
  }

  private double whole(NDArray rows, Batch batch) {
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray hidden = embedding.record(rows);
      NDArray loss = null;
      for (int b = 0; b < blocks.size(); b++) {
        loss = plus(loss, batch.onHidden(hidden, b));
        hidden = blocks.get(b).record(hidden);
      }
      loss = plus(loss, batch.onLogits(head.recordLogits(hidden)));
      collector.backward(loss);
      return loss.getFloat();
    }
  }

  private double inPieces(NDArray rows, Batch batch) {
    NDManager step = rows.getManager();
    List<NDArray> inputs = new ArrayList<>(List.of(embedding.embed(step, batch.ids())));
    for (DecoderBlock block : blocks) {
      inputs.add(block.forward(inputs.get(inputs.size() - 1), LinearInputTap.NONE));
    }
    int last = blocks.size();
    NDArray output = inputs.get(last);
    output.setRequiresGradient(true);
    double total;
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray loss = batch.onLogits(head.recordLogits(output));
      collector.backward(loss);
      total = loss.getFloat();
    }
    NDArray gradient = output.getGradient();
    for (int b = last - 1; b >= 0; b--) {
      NDArray input = inputs.get(b);
      boolean passesOn = b > 0 || embedding.isTrained();
      input.setRequiresGradient(passesOn);
      try (NDManager stage = step.newSubManager();
          GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        input.tempAttach(stage);
        NDArray term = batch.onHidden(input, b);
        NDArray target = plus(blocks.get(b).record(input).mul(gradient).sum(), term);
        collector.backward(target);
        total += term == null ? 0 : term.getFloat();
      }
      gradient = passesOn ? input.getGradient() : null;
    }
    if (gradient != null) {
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        collector.backward(embedding.record(rows).mul(gradient).sum());
      }
    }
    return total;
  }

  private static NDArray plus(NDArray sum, NDArray term) {
    return sum == null ? term : term == null ? sum : sum.add(term);
  }

  /**
   * Negative log-likelihoods of the next tokens with the values in use, as an evaluation computes
   * them.
   *
   * @param ids [sequences][tokens]
   * @return [sequences][tokens - 1], in nats
   */
  public float[][] nextTokenNll(int[][] ids) {
    try (NDManager scope = owner.newSubManager()) {
      return head.nextTokenNll(output(scope, ids), ids);
    }
  }

  /** KL(teacher || student) of a batch, in nats per token. */
  public double divergence(int[][] ids, Teacher teacher) {
    try (NDManager scope = owner.newSubManager()) {
      NDArray logits = head.logits(output(scope, ids));
      NDArray target = teacher.signals(scope, ids).logits();
      return new Objective(0, 1, 0).onLogits(logits, target, ids, 1).getFloat();
    }
  }

  /** The output of the last block, of the weights as they are stored. */
  private NDArray output(NDManager scope, int[][] ids) {
    adapters.evaluate();
    boolean asStored = trained.learnsAsStored();
    if (!asStored) {
      arrays.use();
    }
    try {
      return forward(scope, ids);
    } finally {
      if (!asStored) {
        arrays.learn();
      }
    }
  }

  private NDArray forward(NDManager scope, int[][] ids) {
    NDArray hidden = embedding.embed(scope, ids);
    for (DecoderBlock block : blocks) {
      hidden = block.forward(hidden, LinearInputTap.NONE);
    }
    return hidden;
  }

  @Override
  public void close() {
    owner.close();
  }
}
