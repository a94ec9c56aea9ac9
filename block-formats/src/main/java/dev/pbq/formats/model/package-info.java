/**
 * Models run in number formats: {@link dev.pbq.formats.model.ActFormat} says which formats a model
 * folder records or a user asks for, {@link dev.pbq.formats.model.FormatOperands} rounds the
 * operands of the products to them, {@link dev.pbq.formats.model.FormatWeights} the weights alone.
 * The only package of the formats that knows models and their folders: imports the core's {@code
 * model}, {@code checkpoint}, {@code tensor} and {@code packed}, and {@code arithmetic} and {@code
 * config}.
 */
package dev.pbq.formats.model;
