package dev.pbq.workflow.recipe;

import static dev.pbq.core.quant.SettingChecks.atLeast;
import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.require;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.Setting;
import dev.pbq.core.quant.SettingsReader;

/**
 * The choice of how bits are shared among layers ({@code docs/allocation.md}). A recipe that has
 * been carried out has overrides instead.
 *
 * @param allocate whether layers get bits by what their quantization costs; false
 * @param budget bits per parameter, or bytes with a unit, of the whole model's weight files, which
 *     embedding and head take part in unless they were given bits; null: the linears take what they
 *     would take with the method's bits
 * @param widths widths to choose from, where the method's are whole numbers; null: all from 2 on
 * @param sensitivity file of sensitivities measured before; null: they are measured
 * @param probeBits bits per weight at which single layers are quantized to measure them; 1.5
 * @param probeWindows calibration windows on which the loss is measured; 4
 */
public record AllocationChoice(
    @JsonProperty("allocate")
        @Setting(
            help =
                "Give more bits to layers whose quantization costs more, at the same bits together",
            byDefault = "false")
        Boolean allocate,
    @JsonProperty("budget")
        @Setting(
            help =
                "With {allocate}: bits per parameter of the whole model, or the size of its weight"
                    + " files (50MB), all that is left untouched counted; embedding and head then"
                    + " take part",
            byDefault = "the linears take what {bits} would take",
            label = "BITS|SIZE")
        String budget,
    @JsonProperty("widths")
        @Setting(
            help = "With {allocate}: widths to choose from, of methods with whole bits: 2,3,4",
            byDefault = "all that the method has, from 2 on",
            label = "N[,N...]")
        String widths,
    @JsonProperty("sensitivity")
        @Setting(
            help = "With {allocate}: what 'pbq sensitivity' has measured of this model",
            byDefault = "it is measured first, and kept beside the output",
            label = "FILE")
        String sensitivity,
    @JsonProperty("probeBits")
        @Setting(
            help = "Bits per weight at which one layer at a time is quantized to be measured",
            byDefault = "1.5",
            range = "0.5..6")
        Double probeBits,
    @JsonProperty("probeWindows")
        @Setting(
            help = "Calibration windows, the first of all, on which the loss is measured",
            byDefault = "4",
            range = "1..")
        Integer probeWindows) {
  /** All layers alike. */
  public static final AllocationChoice NONE =
      new AllocationChoice(null, null, null, null, null, null);

  private static final double LEAST_BITS = 0.5;
  private static final double MOST_BITS = 6;

  public AllocationChoice {
    allocate = or(allocate, false);
    probeBits = or(probeBits, 1.5);
    probeWindows = or(probeWindows, 4);
    require(
        probeBits >= LEAST_BITS && probeBits <= MOST_BITS,
        "probeBits",
        probeBits,
        "not between " + LEAST_BITS + " and 6");
    atLeast("probeWindows", probeWindows, 1);
    if (!allocate && (budget != null || widths != null || sensitivity != null)) {
      throw PbqException.setting(
          "{budget}, {widths} and {sensitivity} are of no use without {allocate}");
    }
  }

  /**
   * This choice with some of it replaced.
   *
   * @param given by camel-case name
   * @throws PbqException USAGE for a bad value
   */
  public AllocationChoice with(ObjectNode given) {
    ObjectNode all = SettingsReader.write(this);
    all.setAll(given);
    return SettingsReader.read("for the allocation of bits", AllocationChoice.class, all);
  }
}
