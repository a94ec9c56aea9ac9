/**
 * Whether a packed folder still is what was written, and whether its recipe gives it again. Imports
 * the core's {@code checkpoint}, {@code packed}, {@code tensor} and {@code pipeline} (for the
 * report), and {@code workflow.quantize}.
 */
package dev.pbq.workflow.verify;
