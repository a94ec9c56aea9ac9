/**
 * Pages and pictures of results: what {@code --report} and {@code --plot} write. Imports the core's
 * reports, {@code dev.pbq.eval} and {@code dev.pbq.workflow.compare}; writes no file that it is not
 * told to write.
 */
package dev.pbq.workflow.report;
