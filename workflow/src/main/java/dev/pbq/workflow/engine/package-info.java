/**
 * Who computes a quantization: this machine, or an engine that another module brings and that is
 * found by {@link java.util.ServiceLoader}. Imports recipes and the pipeline.
 */
package dev.pbq.workflow.engine;
