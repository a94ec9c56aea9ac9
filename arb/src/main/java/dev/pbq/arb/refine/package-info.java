/**
 * Improvements beyond the published methods inside one block that has groups and a first fit: codes
 * chosen column by column with the error of each column taken from the next ones, and all scales of
 * a row fitted at once.
 *
 * <p>The measure throughout is |(w - q) U_bb^-1|^2 of each row: the output error that remains when
 * all later columns have been corrected in the best way (GPTQ, arXiv 2210.17323, equation 3).
 * Imports the core's {@code tensor}, {@code linalg} and {@code packed}, and {@code fit}.
 */
package dev.pbq.arb.refine;
