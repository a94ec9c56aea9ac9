/**
 * Studies: how a configuration of number formats is judged, the file that keeps the results of
 * trials, and the files that a finished study writes. A program describes one by {@link
 * dev.pbq.search.study.StudySettings}, opens a {@link dev.pbq.search.study.TrialObjective} and a
 * {@link dev.pbq.search.study.StudyFile}, and hands them to {@link dev.pbq.search.study.Study}.
 * Imports the core, {@code formats}, {@code eval}, recipes and the packages beside it; knows
 * nothing of the command line.
 */
package dev.pbq.search.study;
