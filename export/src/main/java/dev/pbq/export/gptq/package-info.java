/**
 * Format {@code gptq}: the tensor layout of AutoGPTQ and its kin ({@code qweight}, {@code qzeros},
 * {@code scales}, {@code g_idx}), written by the exporter and read, wherever pbq opens a model, as
 * a {@link dev.pbq.core.checkpoint.ForeignLayout}. Imports {@code dev.pbq.export}.
 */
package dev.pbq.export.gptq;
