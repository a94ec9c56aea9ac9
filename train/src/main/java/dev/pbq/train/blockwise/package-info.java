/**
 * Block-wise error correction while a model is quantized: weights of one block trained towards the
 * outputs of the unquantized block. The pipeline finds it by {@link java.util.ServiceLoader}.
 * Imports {@code dev.pbq.core}, {@code model}, {@code parallel}, {@code pipeline}, {@code
 * dev.pbq.train.optimizer} and {@code student}.
 */
package dev.pbq.train.blockwise;
