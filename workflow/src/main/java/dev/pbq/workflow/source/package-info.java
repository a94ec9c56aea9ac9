/**
 * Where models and texts come from: folders, the hub and its cache, data sets by name, and the
 * model and texts built in. Imports the core's {@code checkpoint} and {@code data}, {@code
 * dev.pbq.hub} and {@code dev.pbq.tiny}.
 */
package dev.pbq.workflow.source;
