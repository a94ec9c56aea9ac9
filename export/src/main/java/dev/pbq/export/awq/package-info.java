/**
 * Format {@code awq}: AutoAWQ's layout, written by the exporter and read, wherever pbq opens a
 * model, as a {@link dev.pbq.core.checkpoint.ForeignLayout}. Imports {@code dev.pbq.export}.
 */
package dev.pbq.export.awq;
