/**
 * JSON as other programs write it: one reader with one tolerance ({@link
 * dev.pbq.core.json.JsonText}) for configurations, tokenizers and texts, and library messages made
 * fit for users ({@link dev.pbq.core.json.JsonFaults}). Imports nothing of pbq but its exception
 * type.
 */
package dev.pbq.core.json;
