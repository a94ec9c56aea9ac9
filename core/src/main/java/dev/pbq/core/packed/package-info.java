/**
 * Storage formats of quantized layers, specified byte by byte in {@code docs/format.md}, and the
 * accounting of their bits. Imports {@code tensor} and {@code entropy}; knows no algorithm and no
 * file.
 */
package dev.pbq.core.packed;
