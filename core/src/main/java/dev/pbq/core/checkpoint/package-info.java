/**
 * Files of models: safetensors, Hugging Face folders, sharding, model resolution. Imports {@code
 * tensor} and {@code packed}; loads no engine.
 */
package dev.pbq.core.checkpoint;
