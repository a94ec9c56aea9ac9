/**
 * Folders in the layout of compressed-tensors (llm-compressor, vLLM), format pack-quantized, read
 * wherever pbq opens a model as a {@link dev.pbq.core.checkpoint.ForeignLayout}; none is written.
 * Imports {@code dev.pbq.export}.
 */
package dev.pbq.export.compressed;
