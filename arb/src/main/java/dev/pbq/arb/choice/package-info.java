/**
 * What a user may choose in BiLLM and ARB-LLM beyond numbers: the words of settings. Imported by
 * the settings and by the algorithms; imports nothing.
 */
package dev.pbq.arb.choice;
