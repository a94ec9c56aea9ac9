package dev.pbq.search.study;

import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps tensors in memory as float32 once they have been read, up to a number of bytes; what does
 * not fit is read again every time. Thread-safe.
 */
final class CachedWeights implements WeightSource {
  private final WeightSource source;
  private final long limitBytes;
  private final AtomicLong heldBytes = new AtomicLong();
  private final Map<String, float[]> held = new ConcurrentHashMap<>();

  /**
   * Wraps a source.
   *
   * @param source not owned; must stay open while this is used
   */
  CachedWeights(WeightSource source, long limitBytes) {
    this.source = source;
    this.limitBytes = limitBytes;
  }

  @Override
  public boolean contains(String name) {
    return source.contains(name);
  }

  @Override
  public long[] shape(String name) {
    return source.shape(name);
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    float[] values = held.get(name);
    if (values == null && fits(name)) {
      values = held.computeIfAbsent(name, this::take);
    }
    if (values == null) {
      source.readRows(name, firstRow, rowCount, destination);
      return;
    }
    long[] shape = shape(name);
    int row = shape.length == 0 ? 1 : Math.toIntExact(values.length / Math.max(1, shape[0]));
    destination.put(values, Math.toIntExact(firstRow * row), Math.toIntExact(rowCount * row));
  }

  private boolean fits(String name) {
    long bytes = bytes(name);
    return bytes / Float.BYTES < Integer.MAX_VALUE - 64 && heldBytes.get() + bytes <= limitBytes;
  }

  private float[] take(String name) {
    heldBytes.addAndGet(bytes(name));
    return source.read(name);
  }

  private long bytes(String name) {
    long bytes = Float.BYTES;
    for (long d : shape(name)) {
      bytes = Math.multiplyExact(bytes, d);
    }
    return bytes;
  }
}
