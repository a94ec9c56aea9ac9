/**
 * The model being trained, run by the project's own model code with the engine recording: forward,
 * backward, loss terms, the teacher, windows of text. Imports {@code dev.pbq.core}, {@code tensor},
 * {@code model}, {@code generate}, {@code parallel}, {@code dev.pbq.train.layer} and {@code
 * optimizer}. Traps of the engine that hold here: no {@code mul}, {@code div} or {@code pow} with a
 * Java number while recording (their operand is freed too early); all results of a step belong to a
 * manager that is closed with the step.
 */
package dev.pbq.train.student;
