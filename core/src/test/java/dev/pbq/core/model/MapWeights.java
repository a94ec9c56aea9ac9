package dev.pbq.core.model;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Weights in memory. */
public final class MapWeights implements WeightSource {
  private record Entry(long[] shape, float[] values) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  MapWeights put(String name, float[] values, long... shape) {
    entries.put(name, new Entry(shape, values));
    return this;
  }

  /** Normally distributed values. */
  MapWeights random(Random random, String name, double mean, double deviation, long... shape) {
    int size = 1;
    for (long d : shape) {
      size *= (int) d;
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (mean + deviation * random.nextGaussian());
    }
    return put(name, values, shape);
  }

  MapWeights remove(String name) {
    entries.remove(name);
    return this;
  }

  /** The values themselves. */
  public float[] values(String name) {
    return entry(name).values();
  }

  @Override
  public boolean contains(String name) {
    return entries.containsKey(name);
  }

  @Override
  public long[] shape(String name) {
    return entry(name).shape().clone();
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    Entry entry = entry(name);
    int width = (int) (entry.values().length / entry.shape()[0]);
    destination.put(entry.values(), (int) firstRow * width, (int) rowCount * width);
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw PbqException.notFound("no tensor " + name);
    }
    return entry;
  }
}
