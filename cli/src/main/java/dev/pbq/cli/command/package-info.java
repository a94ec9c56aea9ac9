/**
 * A class for each command: its options, and the calls of the library that do the work. Imports
 * {@code option}, {@code console} and every module; a class that is no picocli command belongs in
 * one of those.
 */
package dev.pbq.cli.command;
