/**
 * The program that trained the model that is built in (module {@code tiny}): the distribution of
 * its texts, the training loop on DJL's automatic differentiation, and the sampler of its
 * calibration and evaluation texts. No other module calls it; it is kept so that the model can be
 * made again. Imports {@code dev.pbq.core.tensor} and {@code dev.pbq.core.checkpoint}.
 */
package dev.pbq.train.builtin;
