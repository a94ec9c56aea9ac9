/**
 * Recipes: everything that repeats a quantization apart from the model, as a record and as a TOML
 * file. Knows the number formats' configurations, which a recipe may hold, and no method: whether a
 * method has a setting is checked by who runs it. Imports the core's {@code data}, {@code
 * checkpoint} and {@code quant} (for the names of settings), and {@code dev.pbq.formats.config}.
 */
package dev.pbq.workflow.recipe;
