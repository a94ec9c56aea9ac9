/**
 * Decoder-only transformers and encoders with a classifier, run one block at a time on DJL's
 * PyTorch engine. {@link dev.pbq.core.model.Architectures} makes a {@link
 * dev.pbq.core.model.TransformerModel} of a configuration, {@link dev.pbq.core.model.Engines}
 * starts the engine. The tensors and linears of a model are listed by its {@link
 * dev.pbq.core.model.ModelLayout}, which follows from the description of its family; the classes
 * named {@code ...Layout} are the only ones that know names of layers. Imports {@code tensor}.
 */
package dev.pbq.core.model;
