package dev.pbq.train.tune;

import dev.pbq.core.packed.BitAccount;
import dev.pbq.train.run.CurvePoint;
import dev.pbq.train.run.TrainingSettings;
import java.util.List;

/**
 * What a tuning came to.
 *
 * @param settings that it was tuned with
 * @param curve every step, with the divergence of the held-out windows where it was looked at
 * @param before KL(reference || model) of the held-out windows at the start, nats per token
 * @param after the same of the result, from what is stored; never above {@code before}
 * @param bestStep the step whose state was kept; 0 if no state was better than the start
 * @param bitsBefore stored bits of the tuned layers at the start
 * @param bitsAfter the same of the result; more where layers gained row scales
 */
public record TuneResult(
    TrainingSettings settings,
    List<CurvePoint> curve,
    double before,
    double after,
    int bestStep,
    BitAccount bitsBefore,
    BitAccount bitsAfter) {
  public TuneResult {
    curve = List.copyOf(curve);
  }
}
