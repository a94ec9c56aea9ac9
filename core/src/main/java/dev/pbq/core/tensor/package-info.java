/**
 * Plain numbers: element types, float32 matrices on the heap, half-precision conversion, and the
 * interface of a source of weights. Imports only {@code dev.pbq.core}.
 */
package dev.pbq.core.tensor;
