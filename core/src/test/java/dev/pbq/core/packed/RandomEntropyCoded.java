package dev.pbq.core.packed;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.RandomCodes;
import dev.pbq.core.entropy.Trellis;
import java.util.Optional;
import java.util.Random;

/** Entropy-coded layers with random contents. */
final class RandomEntropyCoded {
  private RandomEntropyCoded() {}

  /** Rows have scales for seeds that are even; some steps are 0. */
  static EntropyCodedLinear of(
      int rows,
      int cols,
      Trellis trellis,
      int segmentRows,
      ScaleFormat format,
      Coding coding,
      long seed) {
    Random random = new Random(seed);
    Codes codes = RandomCodes.any(rows, cols, seed);
    double[] steps = new double[cols];
    for (int c = 0; c < cols; c++) {
      steps[c] = random.nextInt(10) == 0 ? 0 : 0.01 * Math.exp(random.nextGaussian());
    }
    return new EntropyCodedLinear(
        trellis,
        segmentRows,
        codes,
        ColumnSteps.of(steps, format),
        seed % 2 == 0
            ? Optional.of(RandomLayers.factors(random, rows, ScaleDtype.F16))
            : Optional.empty(),
        coding);
  }
}
