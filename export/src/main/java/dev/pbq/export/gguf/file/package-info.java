/**
 * GGUF files as other programs write them, read with nothing trusted: header, metadata, and the
 * blocks of ggml's types as float32. Knows no model. Imports the core's {@code tensor}, {@code
 * packed} (for counts of bits) and {@code checkpoint} (for printable names).
 */
package dev.pbq.export.gguf.file;
