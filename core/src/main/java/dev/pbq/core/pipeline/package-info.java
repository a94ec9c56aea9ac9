/**
 * The block loop: calibration forward passes, quantization, packed shards, the journal that a run
 * resumes from, and the events that a progress display listens to. Imports every other package of
 * core; knows no algorithm by name.
 */
package dev.pbq.core.pipeline;
