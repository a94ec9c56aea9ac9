/**
 * Quantization on Apache Spark: linears without calibration as one task each; calibration windows
 * spread over executors, which sum up Hessians in the order of the windows and quantize the linears
 * of a block side by side. Nothing here knows a method: tasks do what {@link
 * dev.pbq.core.pipeline.BlockPieces} has, as one machine alone would. Imports the pipeline and what
 * it computes with, recipes, and Spark.
 */
package dev.pbq.spark;
