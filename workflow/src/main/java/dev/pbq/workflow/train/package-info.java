/**
 * Trainings and tunings as programs and the command line ask for them: recipes with their texts and
 * teacher found, and the page that a training is shown on. Imports the core, {@code dev.pbq.train},
 * {@code dev.pbq.eval.run} and {@code report}, and the recipes, sources and reports of this module.
 */
package dev.pbq.workflow.train;
