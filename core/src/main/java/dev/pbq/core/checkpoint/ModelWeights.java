package dev.pbq.core.checkpoint;

import dev.pbq.core.tensor.WeightSource;
import java.util.List;

/**
 * The weights of a model, dense, packed, or in a file of another program. Names are accepted with
 * or without their leading {@code model.} or {@code bert.}, whichever way they are stored.
 * Thread-safe; holds its files open until closed.
 */
public sealed interface ModelWeights extends WeightSource, AutoCloseable
    permits Checkpoint, PackedCheckpoint, FileWeights {
  /** Names of all weights as stored, layer by layer. */
  List<String> names();

  @Override
  void close();
}
