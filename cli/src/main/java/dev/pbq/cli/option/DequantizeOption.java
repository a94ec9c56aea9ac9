package dev.pbq.cli.option;

import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.export.ExportProgress;
import dev.pbq.workflow.source.DequantizedModel;
import picocli.CommandLine.Option;

/** Whether a model that is quantized already is taken for a dense one. */
public final class DequantizeOption {
  /** The option's name. */
  public static final String NAME = "--dequantize-first";

  @Option(
      names = NAME,
      description =
          "Take a model that is quantized already (a GGUF file, a folder of another program, or of"
              + " pbq) as the dense model of its dequantized weights. They lie in a temporary"
              + " folder in float32 while the command runs.")
  private boolean dequantize;

  /** The model itself, or if it is asked for the dense one; removed when the program ends. */
  public ResolvedModel dense(ResolvedModel model) {
    if (!dequantize || !DequantizedModel.isQuantized(model)) {
      return model;
    }
    DequantizedModel dense = DequantizedModel.of(model, ExportProgress.NONE);
    Runtime.getRuntime().addShutdownHook(new Thread(dense::close, "pbq-remove-dequantized"));
    return dense.model();
  }
}
