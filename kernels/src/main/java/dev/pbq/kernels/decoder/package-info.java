/**
 * Decoders run token by token over flat float32 arrays, their linears computed from the weights as
 * they are stored. {@link dev.pbq.kernels.decoder.FlatDecoder} makes one of a model's {@linkplain
 * dev.pbq.core.model.DecoderOutline outline}; there is one class for each part of a block and none
 * for a family. Imports {@code core} and {@code kernels}; nothing of the tensor library.
 */
package dev.pbq.kernels.decoder;
