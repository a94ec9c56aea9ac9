package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.PbqException;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A {@link LinearInputTap} bound to one forward call.
 *
 * @param cache what is kept of the tokens before, where something is
 */
record InputTap(LinearInputTap tap, int sequences, int tokens, Optional<BlockCache> cache) {

  /** Position of the first token. */
  int position() {
    return cache.map(BlockCache::length).orElse(0);
  }

  /** Keys and values of the tokens before. */
  Optional<AttentionCache> keysValues() {
    return cache.map(AttentionCache.class::cast);
  }

  /** The state that the tokens before left. */
  Optional<RecurrentCache> recurrent() {
    return cache.map(RecurrentCache.class::cast);
  }

  /** The same tap, for the rows of one expert. */
  InputTap routed(int rows) {
    return new InputTap(tap, 1, rows, Optional.empty());
  }

  /** The same tap, which does not see some inputs. */
  InputTap without(Predicate<LinearInput> hidden) {
    return tap == LinearInputTap.NONE
        ? this
        : new InputTap(new HidingTap(tap, hidden), sequences, tokens, cache);
  }

  /** A tap that passes on only some inputs. */
  private record HidingTap(LinearInputTap tap, Predicate<LinearInput> hidden)
      implements LinearInputTap {
    @Override
    public void accept(LinearInput input, FloatBuffer x, int sequences, int tokensPerSequence) {
      if (!hidden.test(input)) {
        tap.accept(input, x, sequences, tokensPerSequence);
      }
    }

    @Override
    public boolean everyToken(LinearInput input) {
      return !hidden.test(input) && tap.everyToken(input);
    }

    @Override
    public boolean wants(LinearInput input) {
      return !hidden.test(input) && tap.wants(input);
    }

    @Override
    public boolean wantsResidual(LinearInput input) {
      return !hidden.test(input) && tap.wantsResidual(input);
    }

    @Override
    public void residual(LinearInput input, FloatBuffer r, float factor, int tokens) {
      tap.residual(input, r, factor, tokens);
    }
  }

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
    HostArrays.show(x, values -> tap.accept(input, values, sequences, tokens));
  }

  /**
   * Shows the tap what an input's linear adds to, if it wants to see it.
   *
   * @param r the residual stream [sequences * tokens, hidden] before the addition
   */
  void showResidual(LinearInput input, NDArray r, float factor) {
    if (tap.wantsResidual(input)) {
      HostArrays.show(r, values -> tap.residual(input, values, factor, sequences * tokens));
    }
  }
}
