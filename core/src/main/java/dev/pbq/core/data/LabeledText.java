package dev.pbq.core.data;

/**
 * A text with its label.
 *
 * @param label a number in decimal digits, or a name
 * @param place where it stands, for messages: file and line
 */
public record LabeledText(String text, String label, String place) {}
