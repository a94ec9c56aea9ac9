package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Windows at one block, in scratch files, lent.
 *
 * @param states their shape
 * @param in the block's inputs
 * @param wanted the outputs that it shall give
 */
record StoredWindows(HiddenStates states, ActivationFile in, ActivationFile wanted)
    implements BlockWindows {
  @Override
  public int count() {
    return states.windows();
  }

  @Override
  public int batch() {
    return states.batch();
  }

  @Override
  public NDArray inputs(NDManager manager, int... windows) {
    return read(in, manager, windows);
  }

  @Override
  public NDArray targets(NDManager manager, int... windows) {
    return read(wanted, manager, windows);
  }

  private NDArray read(ActivationFile file, NDManager manager, int... windows) {
    Shape shape = new Shape(windows.length, states.tokens(), states.hidden());
    NDArray array = manager.create(shape, DataType.FLOAT32);
    ByteBuffer all = array.toByteBuffer(true).order(ByteOrder.nativeOrder());
    int bytes = Math.toIntExact(states.windowValues() * Float.BYTES);
    for (int i = 0; i < windows.length; i++) {
      file.read(windows[i], all.slice(i * bytes, bytes));
    }
    return array;
  }
}
