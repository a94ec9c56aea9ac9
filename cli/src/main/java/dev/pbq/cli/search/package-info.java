/**
 * Studies: what judges a configuration of number formats, the file that keeps what was found, and
 * how results are shown. Imports the core, {@code formats}, {@code eval} and recipes; knows nothing
 * of the command line, which puts a study together.
 */
package dev.pbq.cli.search;
