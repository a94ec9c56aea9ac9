/**
 * Threads: independent pieces of work whose boundaries do not depend on how many threads there are,
 * so that no result does. Used by every package that computes; imports {@code PbqException} alone.
 */
package dev.pbq.core.parallel;
