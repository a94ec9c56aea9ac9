/**
 * Options that several commands share, or that are too many for one: picocli mixins that turn what
 * was typed into the library's records. Imports the library and, to show downloads, {@code
 * console}.
 */
package dev.pbq.cli.option;
