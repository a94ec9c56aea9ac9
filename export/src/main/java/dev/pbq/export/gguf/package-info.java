/**
 * Format {@code gguf}: one file for llama.cpp and its kin (GGUF version 3). Writing ({@link
 * dev.pbq.export.gguf.GgufWriter} and the encoders) and reading back ({@link
 * dev.pbq.export.gguf.GgufReader}, {@link dev.pbq.export.gguf.BlockDecoder}) share nothing but the
 * list of types and the description of architectures. Imports {@code dev.pbq.export}, {@code
 * gguf.family}, {@code gguf.file} and {@code gguf.model}.
 */
package dev.pbq.export.gguf;
