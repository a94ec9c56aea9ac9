package dev.pbq.train.blockwise;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.pipeline.BlockTrainer;
import dev.pbq.core.pipeline.BlockWindows;
import dev.pbq.core.pipeline.CorrectionSettings;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Schedule;
import dev.pbq.train.student.TrainableFamilies;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Trains with AdamW (betas 0.9 and 0.999, no decay, gradients cut to norm 1) and a cosine on the
 * squared error of the block's outputs, divided by that before training, so that the size of a
 * model's hidden states does not matter. A step sees one window; every epoch has all of them in an
 * order of its own, which is the same in every run.
 */
public final class GradientTrainer implements BlockTrainer {
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.999, 1e-8, 0);
  private static final double CLIP = 1;

  @Override
  public void require(JsonNode config, String where) {
    TrainableFamilies.require(config, where);
  }

  @Override
  public Errors train(
      DecoderBlock block,
      List<NDArray> weights,
      BlockWindows windows,
      CorrectionSettings settings) {
    NDManager owner = block.weights().get(0).getManager();
    double before = error(owner, block, windows);
    if (weights.isEmpty() || before == 0) {
      return new Errors(before, before);
    }
    try (TrainedArrays trained = TrainedArrays.of(weights)) {
      learn(owner, block, trained, windows, settings, 1 / before);
      double after = error(owner, block, windows);
      if (after < before) {
        return new Errors(before, after);
      }
      trained.restore();
      return new Errors(before, before);
    }
  }

  private static void learn(
      NDManager owner,
      DecoderBlock block,
      TrainedArrays trained,
      BlockWindows windows,
      CorrectionSettings settings,
      double factor) {
    int steps = windows.count() * settings.epochs();
    Schedule schedule = new Schedule(Schedule.Shape.COSINE, settings.learningRate(), 0, steps);
    int step = 0;
    for (int epoch = 0; epoch < settings.epochs(); epoch++) {
      for (int window : order(windows.count(), epoch)) {
        double loss = backward(owner, block, windows, window, factor);
        trained.takeGradients();
        double norm = AdamW.norm(trained.parameters());
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
          throw PbqException.numerical(
              trained.parameters().get(0).name()
                  + ": block-wise correction gives a loss of "
                  + loss
                  + " with a gradient of norm "
                  + norm
                  + "; a lower learning rate may help");
        }
        double rate = schedule.at(step);
        step++;
        OPTIMIZER.step(trained.parameters(), step, rate, AdamW.clip(norm, CLIP));
        trained.use();
      }
    }
  }

  /** Forward and backward through the block; gives the loss. */
  private static double backward(
      NDManager owner, DecoderBlock block, BlockWindows windows, int window, double factor) {
    try (NDManager scope = owner.newSubManager()) {
      NDArray x = windows.inputs(scope, window);
      NDArray wanted = windows.targets(scope, window);
      double reference;
      try (NDArray square = wanted.square();
          NDArray sum = square.sum()) {
        reference = sum.getFloat();
      }
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray error = block.record(x).sub(wanted).square().sum();
        NDArray loss = error.mul(scalar(scope, factor / Math.max(reference, Float.MIN_NORMAL)));
        collector.backward(loss);
        return loss.getFloat();
      }
    }
  }

  private static NDArray scalar(NDManager manager, double value) {
    return manager.full(new Shape(), (float) value, DataType.FLOAT32);
  }

  /** ||y - t||^2 / ||t||^2 over all windows; 0 if nothing is wanted and given. */
  private static double error(NDManager owner, DecoderBlock block, BlockWindows windows) {
    double error = 0;
    double reference = 0;
    for (int first = 0; first < windows.count(); first += windows.batch()) {
      int end = Math.min(windows.count(), first + windows.batch());
      int[] some = IntStream.range(first, end).toArray();
      try (NDManager scope = owner.newSubManager()) {
        NDArray wanted = windows.targets(scope, some);
        NDArray y = block.forward(windows.inputs(scope, some), LinearInputTap.NONE);
        error += y.subi(wanted).square().sum().getFloat();
        reference += wanted.square().sum().getFloat();
      }
    }
    return reference == 0 ? error : error / reference;
  }

  private static int[] order(int count, int epoch) {
    int[] order = IntStream.range(0, count).toArray();
    Random random = new Random(epoch);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
