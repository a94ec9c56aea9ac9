/**
 * What the quantization of single linears costs the whole model: the original's distance from
 * itself with one linear quantized, on calibration windows. Methods are known as {@code Quantizer}
 * alone. Imports the core alone.
 */
package dev.pbq.eval.sensitivity;
