/**
 * The Hugging Face hub: models and data sets are downloaded into the standard cache, in the layout
 * and by the rules of {@code huggingface_hub}. Imports {@code core}'s checkpoint package for the
 * place and rules of that cache; knows no model, algorithm or command line.
 */
package dev.pbq.hub;
