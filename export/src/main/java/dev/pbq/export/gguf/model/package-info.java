/**
 * Models in GGUF files: which family's configuration and tensors they are, in Hugging Face's names;
 * the way back of what {@code dev.pbq.export.gguf} writes, and more. Found as a {@link
 * dev.pbq.core.checkpoint.ModelFileFormat}. Imports {@code gguf.file} and {@code gguf.token}, and
 * the core's {@code checkpoint}, {@code model}, {@code packed} and {@code tensor}.
 */
package dev.pbq.export.gguf.model;
