/**
 * What appears on the terminal: status line and progress, tables and summaries, errors and exit
 * codes. Imports the library only; knows no command and no option.
 */
package dev.pbq.cli.console;
