/**
 * Format {@code gptq}: the tensor layout of AutoGPTQ and its kin ({@code qweight}, {@code qzeros},
 * {@code scales}, {@code g_idx}). Imports {@code dev.pbq.export}.
 */
package dev.pbq.export.gptq;
