package dev.pbq.core.quant;

/**
 * What a method takes for a layer while it quantizes it, beside the layer's weight and Hessian: an
 * upper estimate.
 *
 * @param heap bytes in Java's heap, the codes of the result among them
 * @param outside bytes outside of it, such as factors of a Hessian
 */
public record WorkingMemory(long heap, long outside) {}
