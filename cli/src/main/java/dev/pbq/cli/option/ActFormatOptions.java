package dev.pbq.cli.option;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.quant.Methods;
import dev.pbq.formats.model.ActFormat;
import dev.pbq.train.method.FormatTune;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The number formats that a model's products are computed in. */
public final class ActFormatOptions {
  /** What turns off a format that a model records. */
  private static final String NONE = "none";

  @Option(
      names = "--act-format",
      paramLabel = "PRESET|FILE",
      description =
          "Compute all products of the blocks in number formats, activations included: bfp-w8a8,"
              + " bfp-w6a6, bfp-w4a4, bmf-w8a8, bl-w8a8, minifloat-w8a8, dmf-w8a8, log-w8a8,"
              + " int-w8a8, bypass, or a TOML file. A dense model's weights and biases are rounded"
              + " too; a packed model's are as stored. Default: what the model was quantized for;"
              + " none turns that off.")
  private String actFormat;

  @Option(
      names = "--compat",
      description = "With --act-format: the reference program's arithmetic, with its defects.")
  private boolean compat;

  /**
   * The formats for a model; empty for float32.
   *
   * @throws PbqException USAGE, NOT_FOUND or BAD_DATA if what is asked for makes no sense
   */
  public Optional<ActFormat> of(ModelFolder folder) {
    boolean asked = actFormat != null && !actFormat.equals(NONE);
    if (compat && !asked) {
      throw PbqException.usage("--compat needs --act-format");
    }
    if (actFormat == null) {
      return ActFormat.recorded(folder);
    }
    return asked ? Optional.of(asked(actFormat, compat, folder)) : Optional.empty();
  }

  /** As {@link ActFormat#asked}, with the methods on the class path. */
  public static ActFormat asked(String presetOrFile, boolean compat, ModelFolder folder) {
    return ActFormat.asked(
        presetOrFile,
        compat,
        folder,
        method -> method.equals(FormatTune.NAME) || Methods.load().has(method, ActFormat.SETTING));
  }
}
