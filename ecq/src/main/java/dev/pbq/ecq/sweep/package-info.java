/**
 * One pass over a layer: columns from the last to the first, errors passed on to the columns before
 * them. Imports {@code core}'s {@code tensor}, {@code linalg}, {@code packed}, {@code entropy} and
 * {@code parallel}, and the choice of codes.
 */
package dev.pbq.ecq.sweep;
