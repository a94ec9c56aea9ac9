/**
 * Plain numbers: element types, float32 matrices on the heap, half-precision conversion, and the
 * role of something that weights are read from. Imports only {@code dev.pbq.core}.
 */
package dev.pbq.core.tensor;
