/**
 * Models in the formats of other tools. This package holds what all formats share: the role {@link
 * dev.pbq.export.Exporter}, found by {@link java.util.ServiceLoader}, the source that is exported,
 * and the comparison of what was written with it. Each format has its own package, which imports
 * this one and no other format. Imports {@code core}'s {@code checkpoint}, {@code packed}, {@code
 * model}, {@code data} and {@code tensor}; knows no quantization algorithm.
 */
package dev.pbq.export;
