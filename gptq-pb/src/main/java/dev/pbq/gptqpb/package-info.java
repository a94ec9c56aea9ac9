/**
 * PB-LLM (arXiv 2310.00034): partial binarization with GPTQ's error compensation; and the baselines
 * RTN and GPTQ, which use the same grids and the same sweep. Imports {@code core}'s {@code tensor},
 * {@code linalg}, {@code packed} and {@code quant}.
 */
package dev.pbq.gptqpb;
