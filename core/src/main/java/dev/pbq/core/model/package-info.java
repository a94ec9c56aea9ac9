/**
 * Decoder-only transformers and encoders with a classifier, run one block at a time on DJL's
 * PyTorch engine. {@link dev.pbq.core.model.Architectures} makes a {@link
 * dev.pbq.core.model.TransformerModel} of a configuration, {@link dev.pbq.core.model.Engines}
 * starts the engine. Imports {@code tensor}.
 */
package dev.pbq.core.model;
