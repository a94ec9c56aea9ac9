package dev.pbq.ecq;

import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.range;
import static dev.pbq.core.quant.SettingChecks.require;
import static dev.pbq.core.quant.SettingChecks.share;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.quant.Setting;

/**
 * Settings of entropy-coded quantization; null takes the default.
 *
 * @param bits bits per weight that the layer will take in the file, everything counted; 2.25
 * @param states states of the trellis: 1 (none), 4 or 8; 8
 * @param stepExponent p, how much the step of a column shrinks with the weight of its error: 0 for
 *     equal steps, 1 for steps whose errors weigh the same; 0.5
 * @param rateDistortion lambda, what a bit costs in squared errors of a mean step; 0.1 with one
 *     state, 0.3 with more
 * @param percdamp damping as a share of the mean diagonal of H; 0.01
 * @param dataFree whether no calibration is used and errors of all weights count the same; false
 * @param rowExponent the power of a row's root mean square that the row is divided by, at 16 bits a
 *     row; 0
 * @param classes classes of rows and of columns that code lengths are estimated for; 6
 */
public record EcqSettings(
    @JsonProperty("bits")
        @Setting(
            help = "Bits per weight as stored, steps and tables counted; any number",
            byDefault = "2.25",
            range = "0.5..6",
            aliases = "width")
        Double bits,
    @JsonProperty("states")
        @Setting(
            help = "States of the trellis; 1: every weight is quantized by itself",
            byDefault = "8",
            words = {"1", "4", "8"})
        Integer states,
    @JsonProperty("stepExponent")
        @Setting(
            help =
                "How much the step of a column shrinks with the weight of its error; 0: equal"
                    + " steps, 1: errors weigh the same in all columns",
            byDefault = "0.5",
            range = "0..1",
            symbol = "p")
        Double stepExponent,
    @JsonProperty("rateDistortion")
        @Setting(
            help = "What a bit costs, in squared errors of a mean step, when codes are chosen",
            byDefault = "0.1 with {states} 1, else 0.3",
            range = "0..10",
            symbol = "lambda")
        Double rateDistortion,
    @JsonProperty("percdamp")
        @Setting(
            help = "Damping: share of the Hessian's mean diagonal",
            byDefault = "0.01",
            range = "0..1")
        Double percdamp,
    @JsonProperty("dataFree")
        @Setting(
            help = "Use no calibration: errors of all weights count the same",
            byDefault = "false")
        Boolean dataFree,
    @JsonProperty("rowExponent")
        @Setting(
            help =
                "Divide each row by this power of its root mean square, stored in 16 bits; 1 is for"
                    + " embeddings",
            byDefault = "0",
            range = "0..1")
        Double rowExponent,
    @JsonProperty("classes")
        @Setting(
            help =
                "Classes of rows and of columns, by the size of their weights, that code lengths"
                    + " are estimated for",
            byDefault = "6",
            range = "1..16")
        Integer classes) {
  private static final double LEAST_BITS = 0.5;
  static final double MOST_BITS = 6;
  private static final double MOST_LAMBDA = 10;
  private static final int MOST_CLASSES = 16;

  public EcqSettings {
    bits = or(bits, 2.25);
    states = or(states, 8);
    stepExponent = or(stepExponent, 0.5);
    rateDistortion = or(rateDistortion, states == 1 ? 0.1 : 0.3);
    percdamp = or(percdamp, 0.01);
    dataFree = or(dataFree, false);
    rowExponent = or(rowExponent, 0.0);
    classes = or(classes, 6);
    require(
        bits >= LEAST_BITS && bits <= MOST_BITS,
        "bits",
        bits,
        "not between " + LEAST_BITS + " and 6");
    require(states == 1 || states == 4 || states == 8, "states", states, "not 1, 4 or 8");
    share("stepExponent", stepExponent);
    require(
        rateDistortion >= 0 && rateDistortion <= MOST_LAMBDA,
        "rateDistortion",
        rateDistortion,
        "not between 0 and 10");
    share("percdamp", percdamp);
    share("rowExponent", rowExponent);
    range("classes", classes, 1, MOST_CLASSES);
  }

  Trellis trellis() {
    return Trellis.of(states);
  }
}
