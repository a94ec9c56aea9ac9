/**
 * The contents of a model folder, found from headers alone. Imports the core's {@code checkpoint},
 * {@code tensor}, {@code model} (what embedding and head are called), {@code packed} (counts of
 * bits) and {@code pipeline} (for the report of a quantization).
 */
package dev.pbq.workflow.inspect;
