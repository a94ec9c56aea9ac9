/**
 * Exports that are run before they get their names: what was written is opened as a model and gives
 * the logits of its source. Imports {@code export} and {@code eval.run}, which do not know each
 * other.
 */
package dev.pbq.workflow.export;
