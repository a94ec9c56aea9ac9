package dev.pbq.kernels.speed;

import dev.pbq.kernels.PackedProduct;
import java.util.function.BiFunction;

/**
 * A kind of storage.
 *
 * @param name as tables have it
 * @param aim how many times faster than float32 it should be, 0 for no aim
 * @param make a product of this shape (rows, columns) with random contents
 */
public record SampleKind(String name, int aim, BiFunction<Integer, Integer, PackedProduct> make) {}
