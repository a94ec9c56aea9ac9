/**
 * Where models and texts come from: folders, the hub and its cache, data sets by name, and the
 * model and texts built in. Imports the core's {@code checkpoint} and {@code data}, {@code
 * dev.pbq.hub}, {@code dev.pbq.tiny} and, for the data of tasks, {@code dev.pbq.eval}.
 */
package dev.pbq.workflow.source;
