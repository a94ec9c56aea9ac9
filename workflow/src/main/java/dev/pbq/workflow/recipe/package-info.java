/**
 * Recipes: everything that repeats a quantization apart from the model, as a record and as a TOML
 * file. Knows the number formats' configurations, which a recipe may hold, and no method: whether a
 * method has a setting is checked when the recipe is run. Imports the core's {@code data}, {@code
 * json}, {@code model}, {@code pipeline}, {@code quant} and {@code checkpoint}, {@code
 * dev.pbq.formats.config}, and the default window of {@code dev.pbq.eval.protocol}.
 */
package dev.pbq.workflow.recipe;
