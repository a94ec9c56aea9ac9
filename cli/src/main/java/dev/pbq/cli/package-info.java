/**
 * The command line: picocli commands, progress on the console, exit codes. Sees every module and
 * holds no arithmetic of its own.
 */
package dev.pbq.cli;
