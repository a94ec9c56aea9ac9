package dev.pbq.kernels.decoder;

import dev.pbq.core.model.DeltaSizes;
import java.util.Arrays;

/**
 * What a gated delta rule keeps of the tokens so far: the last inputs of its convolution and the
 * state of every head. Its size does not grow.
 */
final class DeltaState implements Memory {
  private final float[] inputs;
  private final float[][] heads;

  DeltaState(DeltaSizes sizes) {
    this.inputs = new float[sizes.kernel() * sizes.channels()];
    this.heads = new float[sizes.valueHeads()][sizes.keyDim() * sizes.valueDim()];
  }

  /** [kernel, channels]: the input of position p stands in row p mod kernel. Lent. */
  float[] inputs() {
    return inputs;
  }

  /** [keyDim, valueDim] of one head. Lent. */
  float[] head(int head) {
    return heads[head];
  }

  @Override
  public long bytes() {
    return (long) Float.BYTES * (inputs.length + (long) heads.length * heads[0].length);
  }

  /** Forgets all tokens. */
  void clear() {
    Arrays.fill(inputs, 0);
    for (float[] head : heads) {
      Arrays.fill(head, 0);
    }
  }
}
