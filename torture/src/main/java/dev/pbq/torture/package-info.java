/**
 * The program tormented: it is started as users start it, killed at random moments, continued as
 * its own message tells, and every file compared with those of a run that nobody disturbed. Not
 * shipped. Imports nothing of pbq: it sees what a user sees, processes, files and messages.
 */
package dev.pbq.torture;
