package dev.pbq.eval.run;

import dev.pbq.core.generate.EngineDecoder;
import dev.pbq.core.generate.TokenDecoder;
import dev.pbq.kernels.decoder.FlatDecoder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the decoder of an open model computes: from the weights as they are stored, or, where
 * operands of products are changed, on the engine from float32.
 */
sealed interface OpenDecoder {
  /** Loads the decoder for sequences of at most so many tokens; the caller owns it. */
  TokenDecoder load(int capacity);

  /** Computes something with the decoder. */
  <T> T run(Supplier<T> body);

  /** The decoder of a model that stays open as long as it is used. */
  static OpenDecoder of(OpenModel open) {
    return open.operands().isUnchanged() ? new AsStored(open) : new OnEngine(open);
  }

  /** From the weights as they are stored; the engine does not start. */
  record AsStored(OpenModel open) implements OpenDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(OpenDecoder.class);
    // Of the heap, which holds keys and values as well.
    private static final double SHARE_OF_HEAP = 0.8;

    @Override
    public TokenDecoder load(int capacity) {
      long bytes = HeldBytes.asStored(open.model(), open.weights());
      double most =
          Math.min(
              (double) open.running().residentBytes(),
              SHARE_OF_HEAP * Runtime.getRuntime().maxMemory());
      boolean resident = bytes <= most;
      LOG.debug(
          "{}: products of the {} MB of weights as they are stored{}",
          open.model().architecture(),
          bytes >> 20,
          resident ? "" : ", each block read again for every token");
      return run(() -> FlatDecoder.open(open.model(), open.weights(), resident, capacity));
    }

    @Override
    public <T> T run(Supplier<T> body) {
      return open.compute(body);
    }
  }

  /** On the engine, with what happens to the operands of products. */
  record OnEngine(OpenModel open) implements OpenDecoder {
    @Override
    public TokenDecoder load(int capacity) {
      boolean resident = open.model().floatBytes(open.weights()) <= open.running().residentBytes();
      return open.run(
          manager ->
              EngineDecoder.open(
                  manager, open.model(), open.weights(), open.operands(), resident, capacity));
    }

    @Override
    public <T> T run(Supplier<T> body) {
      return open.run(manager -> body.get());
    }
  }
}
