package dev.pbq.cli.option;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.workflow.recipe.SettingText;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/**
 * Settings of quantization methods. What the user leaves out is left to the method's defaults,
 * which are its paper's; what a method does not have is refused by name.
 */
public final class MethodOptions {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--low-frac",
      paramLabel = "F",
      description =
          "PB-LLM: share of weights that is binarized, between 0 and 1 (0.9: 10%% salient).")
  private Double lowFrac;

  @Option(
      names = "--high-bit",
      paramLabel = "N",
      description = "PB-LLM: bits of salient weights, 1-8 (default 8).")
  private Integer highBit;

  @Option(
      names = "--salient-metric",
      paramLabel = "M",
      description =
          "PB-LLM: what makes a weight salient: magnitude (default) or hessian (the paper's"
              + " LLaMA results).")
  private String salientMetric;

  @Option(
      names = "--masked-statistics",
      description =
          "PB-LLM xnor: mean and scale over the binarized weights alone, as in the paper; the"
              + " reference program counts salient weights as zeros.")
  private Boolean maskedStatistics;

  @Option(
      names = "--disable-gptq",
      description = "PB-LLM: round without compensating the error in later columns.")
  private Boolean disableGptq;

  @Option(
      names = {"--bits", "--width"},
      paramLabel = "N",
      description =
          "rtn, gptq: bits per weight, 1-8; hqq: 8, 6, 5, 4, 3, 2, 1.58 or 1 (default 4); formats:"
              + " width of a number, 2-8.")
  private BigDecimal bits;

  @Option(
      names = "--groupsize",
      paramLabel = "N",
      description = "Columns that share parameters; -1 (default): the whole row.")
  private Integer groupsize;

  @Option(
      names = "--blocksize",
      paramLabel = "N",
      description = "Columns between two updates of the remaining weights (default 128).")
  private Integer blocksize;

  @Option(
      names = "--percdamp",
      paramLabel = "F",
      description = "Damping: share of the Hessian's mean diagonal (default 0.01).")
  private Double percdamp;

  @Option(names = "--act-order", description = "gptq: quantize columns by descending input energy.")
  private Boolean actOrder;

  @Option(
      names = "--scale-dtype",
      paramLabel = "T",
      description = "Type of stored scales: f16 (default), f32, or u8 (BiLLM and ARB-LLM).")
  private String scaleDtype;

  @ArgGroup(validate = false, heading = "%nBiLLM and ARB-LLM:%n")
  private ArbOptions arb = new ArbOptions();

  @ArgGroup(validate = false, heading = "%nHQQ:%n")
  private HqqOptions hqq = new HqqOptions();

  @Option(
      names = "--block",
      paramLabel = "RxC",
      description =
          "bfp, bmf, bl: weights that share an exponent or bias, rows x columns, -1 for all"
              + " (default 1x16).")
  private String block;

  @Option(
      names = "--exponent-width",
      paramLabel = "N",
      description =
          "bfp: bits of the shared exponent (default 8); bmf, minifloat, dmf: of each number's"
              + " (default 4).")
  private Integer exponentWidth;

  @Option(
      names = "--exponent-bias",
      paramLabel = "N",
      description =
          "bfp, minifloat, dmf, log: exponent bias (default: half of the exponents are below 0).")
  private Integer exponentBias;

  @Option(
      names = "--exponent-bias-width",
      paramLabel = "N",
      description = "bmf, bl: bits of the shared exponent bias (default 8).")
  private Integer exponentBiasWidth;

  @Option(
      names = "--frac-width",
      paramLabel = "N|auto",
      description =
          "int: binary places (default: bits - 1); auto: as many as a layer's weights leave room"
              + " for.")
  private String fracWidth;

  @Option(
      names = "--compat",
      description = "Formats: the reference program's arithmetic, with its defects.")
  private Boolean compat;

  @Option(
      names = "--act-format",
      paramLabel = "PRESET|FILE",
      description =
          "Formats: record that activations are computed in these number formats when the model is"
              + " run (see 'pbq eval-ppl --help').")
  private String actFormat;

  @Option(
      names = {"-O", "--method-option"},
      paramLabel = "KEY=VALUE",
      description = "Any other setting of the method, by its name.")
  private Map<String, String> others = new LinkedHashMap<>();

  /** The settings that the user gave, by camel-case name. */
  public ObjectNode given() {
    ObjectNode node = JSON.createObjectNode();
    if (lowFrac != null) {
      node.put("lowFrac", lowFrac);
    }
    if (highBit != null) {
      node.put("highBit", highBit);
    }
    if (salientMetric != null) {
      node.put("salientMetric", salientMetric.toLowerCase(Locale.ROOT));
    }
    if (maskedStatistics != null) {
      node.put("maskedStatistics", maskedStatistics);
    }
    if (disableGptq != null) {
      node.put("disableGptq", disableGptq);
    }
    if (bits != null) {
      SettingText.put(node, "bits", bits.toString());
    }
    if (groupsize != null) {
      node.put("groupsize", groupsize);
    }
    if (blocksize != null) {
      node.put("blocksize", blocksize);
    }
    if (percdamp != null) {
      node.put("percdamp", percdamp);
    }
    if (actOrder != null) {
      node.put("actOrder", actOrder);
    }
    if (scaleDtype != null) {
      node.put("scaleDtype", scaleDtype.toLowerCase(Locale.ROOT));
    }
    arb.addTo(node);
    hqq.addTo(node);
    if (block != null) {
      SettingText.put(node, "block", block);
    }
    if (exponentWidth != null) {
      node.put("exponentWidth", exponentWidth);
    }
    if (exponentBias != null) {
      node.put("exponentBias", exponentBias);
    }
    if (exponentBiasWidth != null) {
      node.put("exponentBiasWidth", exponentBiasWidth);
    }
    if (fracWidth != null) {
      node.put("fracWidth", fracWidth);
    }
    if (compat != null) {
      node.put("compat", compat);
    }
    if (actFormat != null) {
      node.set(ActFormat.SETTING, ActFormat.read(actFormat).toJson());
    }
    others.forEach((key, value) -> SettingText.put(node, key, value));
    return node;
  }
}
