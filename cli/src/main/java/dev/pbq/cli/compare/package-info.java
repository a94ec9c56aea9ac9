/**
 * Comparing methods on one model: what is to be run, the process that each quantization has to
 * itself, results that are kept, and the table. Imports {@code core} and {@code eval}; knows no
 * command.
 */
package dev.pbq.cli.compare;
