/**
 * Tokenizers in GGUF files ({@code tokenizer.ggml} keys), written as the files from which pbq and
 * other programs open one. What cannot be made exactly is refused by name. Imports {@code
 * gguf.file} and the core's {@code checkpoint} and {@code json}.
 */
package dev.pbq.export.gguf.token;
