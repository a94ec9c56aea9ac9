/**
 * The program that trained the model that is built in (module {@code tiny}): the distribution of
 * its texts, the sizes, the schedule and the probe of its training, and the sampler of its
 * calibration and evaluation texts. No other module calls it; it is kept so that the model can be
 * made again. Imports {@code dev.pbq.core} and its packages {@code tensor}, {@code checkpoint} and
 * {@code model}, and the packages {@code layer}, {@code optimizer} and {@code student} of training.
 */
package dev.pbq.train.builtin;
