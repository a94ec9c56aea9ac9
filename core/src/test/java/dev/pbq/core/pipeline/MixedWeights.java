package dev.pbq.core.pipeline;

import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.Set;

/** The original, with some tensors from the result. */
record MixedWeights(WeightSource original, WeightSource result, Set<String> fromResult)
    implements WeightSource {
  private WeightSource of(String name) {
    return fromResult.contains(name) ? result : original;
  }

  @Override
  public boolean contains(String name) {
    return original.contains(name);
  }

  @Override
  public long[] shape(String name) {
    return of(name).shape(name);
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    of(name).readRows(name, firstRow, rowCount, destination);
  }
}
