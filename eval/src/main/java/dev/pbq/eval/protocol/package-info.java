/**
 * Perplexity by named protocols: which windows of which tokens are run, what is scored in each, and
 * what is averaged. Imports {@code core}, {@code dev.pbq.eval.scoring} and the records of {@code
 * dev.pbq.eval}.
 */
package dev.pbq.eval.protocol;
