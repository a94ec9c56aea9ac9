/**
 * Format {@code hf}: dense safetensors in a Hugging Face folder. Imports {@code dev.pbq.export}.
 */
package dev.pbq.export.hf;
