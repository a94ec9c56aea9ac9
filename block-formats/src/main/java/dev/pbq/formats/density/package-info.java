/**
 * Memory density: the bits of a model's weights and activations under a configuration, against
 * float32. Imports {@code config}, {@code arithmetic} and the core's {@code packed}.
 */
package dev.pbq.formats.density;
