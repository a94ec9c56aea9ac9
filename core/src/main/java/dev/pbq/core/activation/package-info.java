/**
 * Hidden states of many windows of tokens: a scratch file, or another place, that holds them
 * between two blocks of a model, and the batches in which they pass through a block. Used by the
 * calibration loop and by evaluation; imports {@code PbqException} alone, and DJL's arrays.
 */
package dev.pbq.core.activation;
