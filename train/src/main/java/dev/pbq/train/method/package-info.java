/**
 * The training methods: what each puts where a linear stands, what it minimizes, and the defaults
 * of its original. Imports {@code dev.pbq.core} and its packages {@code tensor}, {@code packed},
 * {@code quant}, {@code checkpoint}, and the packages {@code layer}, {@code optimizer} and {@code
 * student} of training.
 */
package dev.pbq.train.method;
