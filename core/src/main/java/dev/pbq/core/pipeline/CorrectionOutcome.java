package dev.pbq.core.pipeline;

/**
 * What block-wise error correction did after the linears of one input were quantized, for the
 * journal and the report. Errors are relative, ||y - t||^2 / ||t||^2 over all calibration windows,
 * of the block's outputs y to those of the unquantized block, t.
 *
 * @param block the block
 * @param after the input whose linears had just been quantized
 * @param errorBefore the block's error then
 * @param error the block's error after training; the last of a block is the finished block's
 */
public record CorrectionOutcome(int block, String after, double errorBefore, double error) {}
