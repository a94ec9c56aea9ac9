/**
 * The division of a block of columns into groups: which columns are salient, and where the
 * magnitudes on each side of that division are split. Imports the core's root, {@code tensor} and
 * {@code linalg}, and {@code fit}.
 *
 * <p>Notation of the whole package: z [n, k] the matrix searched, which is the metric or the
 * weights of the block; RB the binarization with row mean by which all candidates are judged, of
 * order 1 (mu + a sign) or 2 (the same again for what remains). Every row is sorted once, and the
 * error of a candidate comes from sums over ranges of sorted rows, not from passes over the block.
 */
package dev.pbq.arb.partition;
