/**
 * The numbers of HQQ: ranges, inverse scales, the half-quadratic solver of the zero points, codes.
 * Everything works on the weights in row-major order and their {@link
 * dev.pbq.core.packed.FlatGroups}; arrays of parameters have one entry per group. Imports {@code
 * core}'s {@code linalg} (threads), {@code packed} (groups).
 */
package dev.pbq.hqq.solver;
