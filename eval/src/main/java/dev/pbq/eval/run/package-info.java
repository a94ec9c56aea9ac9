/**
 * A model folder opened and measured in one call, for programs: {@link
 * dev.pbq.eval.run.PerplexityEvaluation} measures perplexity, {@link
 * dev.pbq.eval.run.TaskEvaluation} tasks, {@link dev.pbq.eval.run.DistanceEvaluation} the distance
 * from the original, {@link dev.pbq.eval.run.OpenClassifier} the accuracy of a classifier; {@link
 * dev.pbq.eval.run.TextModel} generates text. They all open the folder by {@link
 * dev.pbq.eval.run.OpenModel}, which is also the place to start for any other measurement. Imports
 * the core and all packages of {@code eval}; none of those imports it.
 */
package dev.pbq.eval.run;
