/**
 * Pages, pictures and lines of text about plans and results: what {@code --report}, {@code --plot}
 * and {@code --dry-run} show. Imports the core's reports, {@code dev.pbq.eval}, {@code train}'s
 * results, and {@code recipe}, {@code quantize}, {@code compare} and {@code speed} of {@code
 * dev.pbq.workflow}; writes only the files that the caller names.
 */
package dev.pbq.workflow.report;
