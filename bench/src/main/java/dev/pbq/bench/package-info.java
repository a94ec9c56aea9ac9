/**
 * Benchmarks: JMH for single steps, programs with a {@code main} for whole layers, which measure
 * CPU seconds (not wall time, which other work on the machine changes) and peak memory. Not
 * shipped; imports everything that it measures.
 */
package dev.pbq.bench;
