/**
 * How the members of one group of a block are represented by one or two planes of signs and scales
 * by row, or by row and column. All arithmetic is float64. Imports the core's {@code tensor} and
 * {@code linalg}.
 *
 * <p>Notation of the whole package: V [n, k] the values of a block, M the members of one group, c_i
 * the number of members in row i; B1, B2 planes of signs; a row without members has parameters 0;
 * sign(0) = +1; a quotient whose denominator is 0 is 0.
 */
package dev.pbq.arb.fit;
