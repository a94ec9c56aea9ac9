/**
 * Integer codes of any size, the trellis that says what they are worth, and the coders that store
 * them in as few bits as their statistics allow. Used by storage families ({@code core.packed}) and
 * by methods that count what a code will cost. Imports {@code PbqException} and {@code parallel};
 * knows no file and no algorithm.
 */
package dev.pbq.core.entropy;
