/**
 * Weights as the loops read them: tiles of sixteen rows, whose codes lie side by side in words,
 * with scales for each run of columns. One form for codes of all widths and for planes of bits.
 * Imports {@code core}'s {@code tensor} and {@code parallel}, and {@code lanes}.
 */
package dev.pbq.kernels.form;
