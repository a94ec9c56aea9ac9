/**
 * The loops of {@code lanes} on the JVM's vectors (module {@code jdk.incubator.vector}). Compiled
 * apart and loaded by name, where the JVM was started with that module. Imports {@code lanes}
 * alone.
 */
package dev.pbq.kernels.vector;
