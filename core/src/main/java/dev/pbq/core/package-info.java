/**
 * What every part of pbq shares: the one exception type that reaches the user. Imports nothing of
 * pbq.
 */
package dev.pbq.core;
