package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/**
 * Rows of a tensor in an array of the engine.
 *
 * @param tensor its full name
 * @param first the first row in {@code array}, which holds all that follow up to its own length
 * @param array [rows, ...], lent
 */
public record LoadedRows(String tensor, int first, NDArray array) {}
