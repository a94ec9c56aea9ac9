package dev.pbq.workflow.allocate;

/**
 * A width that a layer can have.
 *
 * @param bits of each code
 * @param stored bits that the layer takes in the file, scales and the like counted
 */
public record Width(double bits, long stored) {}
