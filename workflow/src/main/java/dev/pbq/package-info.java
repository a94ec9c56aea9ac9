/**
 * The front door for Java programs: {@link dev.pbq.Pbq} finds models, {@link dev.pbq.Model}
 * quantizes, measures, exports and runs them. The classes here only combine what the packages below
 * offer; imports all of them but the command line.
 */
package dev.pbq;
