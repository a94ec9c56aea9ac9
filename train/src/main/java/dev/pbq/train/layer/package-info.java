/**
 * Trainable layers: how trained arrays become the weight that a linear multiplies with, how the
 * gradient with respect to that weight becomes gradients of the trained arrays, and how the result
 * is packed. Plain numbers: no engine. Imports {@code dev.pbq.core}, {@code tensor}, {@code packed}
 * and {@code dev.pbq.train.optimizer}.
 */
package dev.pbq.train.layer;
