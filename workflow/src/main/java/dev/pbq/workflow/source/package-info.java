/**
 * Where models and texts come from: folders, the hub and its cache, data sets by name, and the
 * model and texts built in. Imports the core's {@code checkpoint} and {@code data}, {@code
 * dev.pbq.hub}, {@code dev.pbq.tiny} and, to dequantize a model, {@code dev.pbq.export}.
 */
package dev.pbq.workflow.source;
