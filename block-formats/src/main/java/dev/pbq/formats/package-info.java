/**
 * The block formats of llm-mixed-q (arXiv 2310.05079) as quantization methods: {@code bfp}, {@code
 * bmf}, {@code bl}, {@code minifloat}, {@code dmf}, {@code log} and {@code int}, with their
 * settings. The arithmetic is in {@code arithmetic}, configurations of whole models are in {@code
 * config}, models run in formats in {@code model}. Imports the core's {@code tensor}, {@code
 * linalg}, {@code packed}, {@code quant}; apart from {@code model} it knows nothing of files and
 * models, nor of the command line.
 */
package dev.pbq.formats;
