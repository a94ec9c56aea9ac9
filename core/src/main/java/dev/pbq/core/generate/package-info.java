/**
 * Generating text: a model run token by token with its keys and values cached, choosing the next
 * token, and showing text as it comes. Imports {@code tensor}, {@code model}, {@code data}.
 */
package dev.pbq.core.generate;
