/**
 * The training methods: what each puts where a linear stands, what it minimizes, and the defaults
 * of its original. Imports {@code dev.pbq.core} and its packages {@code tensor}, {@code packed},
 * {@code quant}, {@code checkpoint}, {@code model}, the number formats of {@code dev.pbq.formats},
 * and the packages {@code layer}, {@code optimizer} and {@code student} of training.
 */
package dev.pbq.train.method;
