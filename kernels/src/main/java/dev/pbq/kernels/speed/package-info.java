/**
 * How fast products are on this machine: weights of every kind with random contents, a stopwatch,
 * the machine's own rates, and the table of all. Imports {@code core}'s {@code tensor}, {@code
 * packed}, {@code entropy} and {@code parallel}, and {@code dev.pbq.kernels}.
 */
package dev.pbq.kernels.speed;
