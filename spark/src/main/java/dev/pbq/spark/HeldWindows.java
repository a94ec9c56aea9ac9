package dev.pbq.spark;

import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.activation.WindowValues;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Batches of windows in a task's memory, numbered from the first window of the first batch. */
final class HeldWindows implements WindowValues {
  private final HiddenStates states;
  private final int first;
  private final List<byte[]> batches;

  private HeldWindows(HiddenStates states, int first, List<byte[]> batches) {
    this.states = states;
    this.first = first;
    this.batches = batches;
  }

  /** Windows that were sent. */
  static HeldWindows of(List<WindowBatch> batches, RunShape shape) {
    int windows = batches.stream().mapToInt(WindowBatch::windows).sum();
    return new HeldWindows(
        shape.states(windows),
        batches.get(0).first(),
        batches.stream().map(WindowBatch::values).toList());
  }

  /** Room for windows. */
  static HeldWindows empty(HiddenStates states, int first) {
    List<byte[]> batches = new ArrayList<>();
    for (int w = 0; w < states.windows(); w += states.batch()) {
      long bytes = states.batchAt(w) * states.windowValues() * Float.BYTES;
      batches.add(new byte[Math.toIntExact(bytes)]);
    }
    return new HeldWindows(states, first, batches);
  }

  /** Room for the outputs of these windows. */
  HeldWindows outputs() {
    return empty(states, first);
  }

  HiddenStates states() {
    return states;
  }

  int first() {
    return first;
  }

  /** The windows, to be sent. */
  List<WindowBatch> batches() {
    List<WindowBatch> all = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      int from = i * states.batch();
      all.add(new WindowBatch(first + from, states.batchAt(from), batches.get(i)));
    }
    return all;
  }

  @Override
  public void write(int firstWindow, ByteBuffer values) {
    for (int w = firstWindow; values.hasRemaining(); w++) {
      values.get(batches.get(w / states.batch()), at(w), windowBytes());
    }
  }

  @Override
  public void read(int firstWindow, ByteBuffer values) {
    for (int w = firstWindow; values.hasRemaining(); w++) {
      values.put(batches.get(w / states.batch()), at(w), windowBytes());
    }
  }

  private int at(int window) {
    return window % states.batch() * windowBytes();
  }

  private int windowBytes() {
    return Math.toIntExact(states.windowValues() * Float.BYTES);
  }
}
