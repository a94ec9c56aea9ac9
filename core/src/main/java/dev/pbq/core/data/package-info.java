/**
 * Text and tokens: tokenizers, corpora by name or file, calibration windows drawn as the references
 * draw them. Imports nothing of pbq but its exception type.
 */
package dev.pbq.core.data;
