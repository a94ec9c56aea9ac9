/**
 * Which number format each product of a model is computed in: configurations in TOML with the keys
 * of llm-mixed-q, the presets, and their resolution to the operations of one model. Text in,
 * formats out; no files are opened here. Imports {@code arithmetic} and the core's {@code packed};
 * of its {@code model} only roles of linears and their names.
 */
package dev.pbq.formats.config;
