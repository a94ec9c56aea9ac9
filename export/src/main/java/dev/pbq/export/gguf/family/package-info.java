/**
 * llama.cpp's architectures as data, for reading and writing alike: where each tensor of a model
 * stands in a GGUF file, which facts the file has keys for, and the configuration that they stand
 * for. Names follow from the roles of tensors, so that no family's own names occur here. Imports
 * {@code gguf.file} and the core's {@code model}.
 */
package dev.pbq.export.gguf.family;
