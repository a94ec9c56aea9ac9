/**
 * The command line: {@link dev.pbq.cli.Main} and the three packages below it. Nothing else in the
 * project imports them.
 */
package dev.pbq.cli;
