/**
 * Decoder-only transformers, run one block at a time on DJL's PyTorch engine. Imports {@code
 * tensor}.
 */
package dev.pbq.core.model;
