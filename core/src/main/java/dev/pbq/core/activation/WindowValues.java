package dev.pbq.core.activation;

import java.nio.ByteBuffer;

/**
 * Hidden states of some windows, float32 in native byte order, wherever they are kept. Several
 * threads may read and write windows at the same time, not the same window.
 */
public interface WindowValues {
  /** Writes consecutive windows; {@code values} is read from position to limit. */
  void write(int firstWindow, ByteBuffer values);

  /** Reads consecutive windows, filling {@code values} from position to limit. */
  void read(int firstWindow, ByteBuffer values);
}
