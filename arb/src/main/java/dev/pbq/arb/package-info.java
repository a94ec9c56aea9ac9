/**
 * BiLLM (arXiv 2402.04291) and ARB-LLM (arXiv 2410.03129): the methods {@code billm}, {@code arb},
 * {@code arb-x} and {@code arb-rc}, each with or without the column-group bitmap. Here are the
 * providers, the settings and the loop over blocks of columns; how one group is fitted is in {@code
 * fit}, how a block is divided into groups in {@code partition}. Imports the core's {@code tensor},
 * {@code linalg}, {@code packed}, {@code quant}; knows nothing of files, models or the command
 * line.
 */
package dev.pbq.arb;
