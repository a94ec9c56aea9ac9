/**
 * How the weights of each storage family become what the loops read. Imports {@code core}'s {@code
 * tensor}, {@code packed}, {@code entropy} and {@code parallel}, {@code form}, and of {@code lanes}
 * what two classes add up to.
 */
package dev.pbq.kernels.family;
