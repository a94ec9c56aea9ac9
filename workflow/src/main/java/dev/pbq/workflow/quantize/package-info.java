/**
 * Quantization by recipe: the model is opened and checked, each layer gets its method, calibration
 * windows are drawn, the pipeline runs. Imports the core, {@code dev.pbq.workflow.recipe} and
 * {@code source}, {@code dev.pbq.formats} for activation formats and {@code dev.pbq.eval} to
 * measure the result, {@code dev.pbq.workflow.allocate} where bits are shared among layers. Prints
 * nothing: the caller passes a listener.
 */
package dev.pbq.workflow.quantize;
