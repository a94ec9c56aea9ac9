package dev.pbq.core.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stored tensors by name, as raw bytes: one safetensors file or a whole folder of them.
 * Thread-safe.
 */
public interface TensorSource {
  /** The names of all tensors. */
  List<String> names();

  /** What the file's header says of a tensor; empty if there is none of this name. */
  Optional<TensorInfo> find(String name);

  /** The string metadata ({@code __metadata__}) of all files. */
  Map<String, String> metadata();

  /**
   * Reads {@code length} bytes of a tensor.
   *
   * @return a read-only, little-endian buffer over newly allocated memory
   * @throws dev.pbq.core.PbqException NOT_FOUND if there is no such tensor; BAD_DATA if the file
   *     cannot be read
   * @throws IndexOutOfBoundsException if the range is not within the tensor
   */
  ByteBuffer bytes(String name, long offsetInTensor, int length);

  /**
   * A tensor as something to write elsewhere byte for byte; it streams from this source, which must
   * stay open until then.
   *
   * @throws dev.pbq.core.PbqException NOT_FOUND if there is no such tensor
   */
  TensorEntry entryOf(String name);
}
