/**
 * Files of models: safetensors, Hugging Face folders, sharding, packed layers inside safetensors,
 * model resolution, and the output directory that appears complete or not at all. Everything read
 * is untrusted: any error in it ends in one {@link dev.pbq.core.PbqException}. Imports {@code
 * tensor}, {@code packed} and {@code environment}; loads no engine.
 */
package dev.pbq.core.checkpoint;
