/**
 * The types that every part of pbq uses: the exception for users' mistakes, the version, amounts as
 * text. Imports nothing of pbq.
 */
package dev.pbq.core;
