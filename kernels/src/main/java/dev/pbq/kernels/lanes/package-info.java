/**
 * The innermost loops of products, each written for sixteen rows at a time, and the exponential
 * function: what they compute, in which order they add, and one way to do it in plain Java. Imports
 * nothing of pbq.
 */
package dev.pbq.kernels.lanes;
