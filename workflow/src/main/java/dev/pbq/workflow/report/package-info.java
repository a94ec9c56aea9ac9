/**
 * Pages and pictures of results: what {@code --report} and {@code --plot} write. Imports the core's
 * reports, {@code dev.pbq.eval} and {@code dev.pbq.workflow.compare}; writes only the files that
 * the caller names.
 */
package dev.pbq.workflow.report;
