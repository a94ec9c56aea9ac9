/**
 * Results as one HTML page that needs no network: records in, text out. Draws charts by XChart, as
 * SVG inside the page, without a display. Imports {@code core}'s report of a quantization and the
 * results of {@code dev.pbq.eval} and its distances; knows no command and writes no file.
 */
package dev.pbq.eval.report;
