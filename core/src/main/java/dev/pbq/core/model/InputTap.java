package dev.pbq.core.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import java.util.Optional;

/**
 * A {@link LinearInputTap} bound to one forward call.
 *
 * @param cache keys and values of the tokens before, where there are any
 */
record InputTap(LinearInputTap tap, int sequences, int tokens, Optional<BlockCache> cache) {

  /**
   * Shows the tap an input [sequences * tokens, features].
   *
   * @throws PbqException USAGE if it is too large for a Java buffer
   */
  void show(LinearInput input, NDArray x) {
    if (tap == LinearInputTap.NONE) {
      return;
    }
    if (x.getShape().size() * Float.BYTES > Integer.MAX_VALUE) {
      throw PbqException.usage(
          "a batch of "
              + sequences
              + " sequences of "
              + tokens
              + " tokens makes "
              + input.name()
              + " larger than 2 GiB: run fewer sequences at a time");
    }
    if (HostArrays.isHost(x.getDevice())) {
      tap.accept(input, HostArrays.buffer(x), sequences, tokens);
      return;
    }
    try (NDManager scratch = x.getManager().newSubManager(Device.cpu());
        NDArray host = x.toDevice(Device.cpu(), false)) {
      host.attach(scratch);
      tap.accept(input, HostArrays.buffer(host), sequences, tokens);
    }
  }
}
