/**
 * Format {@code compressed-tensors} (llm-compressor, vLLM): integers in words (pack-quantized) or
 * bytes (naive-quantized, int-quantized), written by the exporter and read, wherever pbq opens a
 * model, as a {@link dev.pbq.core.checkpoint.ForeignLayout}. Imports {@code dev.pbq.export}.
 */
package dev.pbq.export.compressed;
