/**
 * Memory density: the bits of a model's weights and activations under a configuration, against
 * float32. Imports the formats' {@code config} and {@code arithmetic}, and the core's {@code
 * packed} and {@code model}.
 */
package dev.pbq.search.density;
