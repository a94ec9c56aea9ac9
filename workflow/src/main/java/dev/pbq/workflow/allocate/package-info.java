/**
 * Bits where they count: rates or widths of layers, from what their quantization costs, so that
 * together they take a number of bits ({@code docs/allocation.md}). Numbers alone: knows no model,
 * no method and no file. Imports {@code PbqException} alone.
 */
package dev.pbq.workflow.allocate;
