/**
 * Comparisons: several recipes applied to one model, each result measured, one table. What has been
 * quantized or measured before is not done again. Imports the core, {@code dev.pbq.eval}, {@code
 * dev.pbq.formats.model} and the other packages of {@code dev.pbq.workflow} but {@code report}.
 * Prints nothing.
 */
package dev.pbq.workflow.compare;
