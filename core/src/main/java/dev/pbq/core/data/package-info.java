/**
 * Text and tokens: tokenizers ({@link dev.pbq.core.data.Tokenizers}), corpora by name or file
 * ({@link dev.pbq.core.data.Corpora}), calibration windows drawn as the references draw them
 * ({@link dev.pbq.core.data.CalibrationSampler}) and evaluation windows ({@link
 * dev.pbq.core.data.EvaluationWindows}). Imports nothing of pbq but its exception type, {@code
 * environment} and {@code parallel}.
 */
package dev.pbq.core.data;
