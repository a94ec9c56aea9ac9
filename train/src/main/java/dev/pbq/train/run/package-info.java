/**
 * Training runs: from a dense model folder and a text to a packed folder, with states to resume
 * from and a loss curve. A program describes one by {@link dev.pbq.train.run.TrainingSettings} and
 * a {@link dev.pbq.train.method.TrainingMethod} and hands them to {@link
 * dev.pbq.train.run.TrainingRun}. Imports the core, {@code dev.pbq.eval.run} and {@code classify},
 * and the other packages of training; knows nothing of the command line.
 */
package dev.pbq.train.run;
