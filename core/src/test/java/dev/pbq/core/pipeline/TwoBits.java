package dev.pbq.core.pipeline;

import dev.pbq.core.quant.Quantizer;

/** A quantizer of the tests that stores two bits for each weight of any layer. */
interface TwoBits extends Quantizer {
  @Override
  default void checkFits(String layer, int rows, int cols) {}

  @Override
  default double paperBits(int rows, int cols) {
    return 2;
  }

  @Override
  default long estimateStoredBits(int rows, int cols) {
    return 2L * rows * cols;
  }
}
