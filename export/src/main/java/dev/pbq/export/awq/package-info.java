/**
 * Folders in AWQ's layout, read wherever pbq opens a model as a {@link
 * dev.pbq.core.checkpoint.ForeignLayout}; none is written. Imports {@code dev.pbq.export}.
 */
package dev.pbq.export.awq;
