package dev.pbq.spark;

import dev.pbq.core.linalg.HessianRows;
import java.io.Serializable;

/**
 * A band of an input's Hessian.
 *
 * @param input index in the pass
 * @param band its index
 * @param tokens that it was summed over
 * @param all over all windows
 * @param heldOut over the windows that methods are judged on; null where none are
 */
record BandSum(int input, int band, long tokens, HessianRows all, HessianRows heldOut)
    implements Serializable {}
