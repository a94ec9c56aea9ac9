/**
 * How a block of columns is divided into groups: which columns are salient, and where the
 * magnitudes on each side of that division are split. Imports the core's {@code tensor} and {@code
 * linalg}, and {@code fit}.
 */
package dev.pbq.arb.partition;
